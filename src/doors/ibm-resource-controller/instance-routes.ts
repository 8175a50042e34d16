import type { RequestHandler, Response, Router } from 'express';
import { parseCrn } from '../../crn/crn.ts';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import { parsedBySchema } from '../../http/schema-problems.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';
import type { InstanceRemoval } from '../../resource-instances/instance-removal.ts';
import type { ResourceInstance } from '../../resource-instances/resource-instance.ts';
import type { ResourceInstances } from '../../resource-instances/resource-instances.ts';
import { instanceFilter } from './instance-filter.ts';
import { INSTANCE_PATHS } from './instance-operations.ts';
import { instanceRepresentation } from './instance-representations.ts';
import {
  INSTANCE_CHANGE,
  INSTANCE_DELETE_PARAMETERS,
  INSTANCE_LIST_PARAMETERS,
  NEW_INSTANCE,
  NEW_INSTANCE_HEADERS,
} from './instance-schemas.ts';
import { startOf, writePage } from './pages.ts';

/** What the routes of instances stand on. */
export interface InstanceRouteParts {
  readonly resourceInstances: ResourceInstances;
  readonly instanceRemoval: Pick<InstanceRemoval, 'remove'>;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
}

type InstanceHandler = RequestHandler<{ id: string }>;

/** `/v2/resource_instances` (IBM Cloud Resource Controller API). */
export function instanceRoutes(router: Router, parts: InstanceRouteParts): void {
  const { resourceInstances } = parts;
  methods(router, INSTANCE_PATHS.all, { GET: listInstances(parts), POST: createInstance(parts) });
  methods(router, INSTANCE_PATHS.one, {
    GET: answering(parts, (caller, id) => resourceInstances.get(caller, id)),
    PATCH: updateInstance(parts),
    DELETE: deleteInstance(parts),
  });
  methods(router, INSTANCE_PATHS.lock, {
    POST: answering(parts, (caller, id) => resourceInstances.setLocked(caller, id, true)),
    DELETE: answering(parts, (caller, id) => resourceInstances.setLocked(caller, id, false)),
  });
  methods(router, INSTANCE_PATHS.lastOperation, {
    DELETE: answering(parts, (caller, id) => resourceInstances.cancelOperation(caller, id)),
  });
}

/** @returns a handler that needs no more than who asks for which instance, and answers with the instance */
function answering({ callerOf }: InstanceRouteParts, act: ResourceInstances['get']): InstanceHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    writeInstance(response, 200, await act(caller, request.params.id));
  };
}

function listInstances({ resourceInstances, callerOf, cursors }: InstanceRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, INSTANCE_LIST_PARAMETERS);
    const place = { cursors, caller, request, path: INSTANCE_PATHS.all };
    const after = startOf(place, query);
    const filter = instanceFilter(query, caller);
    const page =
      filter === undefined
        ? { rows: [], next: undefined }
        : await resourceInstances.list(caller, { ...filter, after, limit: query.limit });
    writePage(response, place, page, instanceRepresentation);
  };
}

function createInstance({ resourceInstances, callerOf }: InstanceRouteParts): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const headers = { 'Entity-Lock': request.get('Entity-Lock') || undefined };
    const { 'Entity-Lock': lock } = parsedBySchema(NEW_INSTANCE_HEADERS, headers, 'headers');
    const body = await readJson(request, NEW_INSTANCE);
    const instance = await resourceInstances.create(caller, {
      name: body.name,
      region: regionIn(body.target),
      resourceGroupId: groupIdIn(body.resource_group),
      planId: body.resource_plan_id,
      tags: body.tags,
      allowCleanup: body.allow_cleanup,
      parameters: body.parameters,
      onetimeCredentials: onetimeIn(body.parameters),
      locked: lock === 'true',
    });
    writeInstance(response, 201, instance);
  };
}

function updateInstance({ resourceInstances, callerOf }: InstanceRouteParts): InstanceHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const body = await readJson(request, INSTANCE_CHANGE);
    const change = {
      name: body.name,
      planId: body.resource_plan_id,
      parameters: body.parameters,
      allowCleanup: body.allow_cleanup,
      onetimeCredentials: onetimeIn(body.parameters),
    };
    const { id } = request.params;
    writeInstance(response, 200, await resourceInstances.update(caller, id, change));
  };
}

function deleteInstance({ instanceRemoval, callerOf }: InstanceRouteParts): InstanceHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { recursive } = readQuery(request, INSTANCE_DELETE_PARAMETERS);
    const { id } = request.params;
    await instanceRemoval.remove(caller, id, { recursive: recursive === 'true' });
    writeNothing(response);
  };
}

function writeInstance(response: Response, status: 200 | 201, instance: ResourceInstance): void {
  response.status(status).json(instanceRepresentation(instance));
}

/** `us-south`, the older `bluemix-us-south`, or the CRN of a deployment, which ends with the region. */
function regionIn(target: string): string {
  const crn = parseCrn(target);
  if (crn === undefined) return target.replace(/^bluemix-/, '');
  return crn.resource.slice(Math.max(crn.resource.lastIndexOf(':') + 1, crn.resource.lastIndexOf('%3A') + 3));
}

const groupIdIn = (group: string): string => parseCrn(group)?.resource ?? group;

function onetimeIn(parameters: Readonly<Record<string, unknown>> | undefined): boolean | undefined {
  const given = parameters?.['onetime_credentials'];
  if (given === undefined || typeof given === 'boolean') return given;
  throw new ParameterInvalid('parameters.onetime_credentials', 'must be of type boolean');
}
