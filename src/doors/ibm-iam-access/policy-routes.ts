import type { Request, RequestHandler, Router } from 'express';
import type { ZodType } from 'zod';
import type { Caller } from '../../access/caller.ts';
import { type CallerOf, writeEntity, writeNothing } from '../../http/api-answers.ts';
import { requiredIfMatch } from '../../http/if-match.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import type { NewPolicy } from '../../policies/new-policy.ts';
import type { Policies } from '../../policies/policies.ts';
import type { Policy } from '../../policies/policy.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';
import { type ListAddress, readPagePlace, writtenPage } from './list-links.ts';
import { readListRequest } from './policy-filters.ts';
import { POLICY_PATHS } from './policy-operations.ts';
import { type PolicyVersion, policyRepresentation } from './policy-representations.ts';
import { LIST_QUERY, ONE_QUERY, POLICY_PATCH } from './policy-schemas.ts';
import { POLICY_LIMITS } from './schemas.ts';
import { isSaidInV1, readV1Policy, V1_POLICY_BODY } from './v1-policies.ts';
import { readV2Policy, V2_POLICY_BODY } from './v2-policies.ts';

/** What the routes of policies stand on. */
export interface PolicyRouteParts {
  readonly policies: Policies;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
  /** Without a last slash; the links of lists begin with it. */
  readonly publicUrl: string;
}

/** One version of the API: how it reads a body. */
interface Version extends PolicyRouteParts {
  readonly version: PolicyVersion;
  readonly read: (request: Request) => Promise<NewPolicy>;
}

type OnePolicyHandler = RequestHandler<{ id: string }>;

/** `/v1/policies` and `/v2/policies` (IBM Cloud IAM Policy Management API, "Policies"). */
export function policyRoutes(router: Router, parts: PolicyRouteParts): void {
  const v1: Version = { ...parts, version: 'v1', read: reading(V1_POLICY_BODY, readV1Policy) };
  const v2: Version = { ...parts, version: 'v2', read: reading(V2_POLICY_BODY, readV2Policy) };
  for (const version of [v1, v2]) {
    methods(router, POLICY_PATHS[version.version].all, { GET: listPolicies(version), POST: createPolicy(version) });
  }
  const one = (version: Version) => ({
    GET: getPolicy(version),
    PUT: replacePolicy(version),
    DELETE: removePolicy(version),
  });
  methods(router, POLICY_PATHS.v1.one, { ...one(v1), PATCH: restorePolicy(v1) });
  methods(router, POLICY_PATHS.v2.one, one(v2));
}

const reading =
  <Body>(schema: ZodType<Body>, understood: (body: Body) => NewPolicy) =>
  async (request: Request): Promise<NewPolicy> =>
    understood(await readJson(request, schema, POLICY_LIMITS));

function listPolicies({ policies, callerOf, cursors, publicUrl, version }: Version): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, LIST_QUERY);
    const { start, limit, format, ...filters } = query;
    const address: ListAddress = {
      ...{ publicUrl, cursors, request, path: POLICY_PATHS[version].all },
      parameters: Object.keys(LIST_QUERY.shape),
      context: Object.values({ ...EVERY_FILTER, ...filters }),
    };
    const wanted = readListRequest(filters);
    const place = readPagePlace(address, { limit, start, descending: wanted.descending });
    const { rows, envelope } = writtenPage(address, place, await policies.list(caller, { ...wanted, ...place.asked }));
    const written = rows.map((policy) => represented({ policies, publicUrl, version }, policy, format));
    response.json({ ...envelope, policies: await Promise.all(written) });
  };
}

/** Every filter in one order, so that the same filters make the same context. */
const EVERY_FILTER = Object.fromEntries(Object.keys(LIST_QUERY.shape).map((name) => [name, '']));

function createPolicy({ policies, callerOf, publicUrl, version, read }: Version): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const policy = await policies.create(caller, await read(request));
    writeEntity(response, 201, policy.entityTag, policyRepresentation(policy, version, { publicUrl }));
  };
}

function getPolicy({ policies, callerOf, publicUrl, version }: Version): OnePolicyHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { format } = readQuery(request, ONE_QUERY);
    const policy = await policies.get(caller, request.params.id);
    writeEntity(response, 200, policy.entityTag, await represented({ policies, publicUrl, version }, policy, format));
  };
}

function replacePolicy({ policies, callerOf, publicUrl, version, read }: Version): OnePolicyHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const ifMatch = requiredIfMatch(request);
    const chosen = await read(request);
    const { id } = request.params;
    if (version === 'v1') await refuseWithRule(policies, caller, id);
    const policy = await policies.replace(caller, id, chosen, ifMatch);
    writeEntity(response, 200, policy.entityTag, policyRepresentation(policy, version, { publicUrl }));
  };
}

/** Who reads a policy in v1 does not see its rule; writing it back would give the right at every time. */
async function refuseWithRule(policies: Policies, caller: Caller, id: string): Promise<void> {
  if (isSaidInV1(await policies.get(caller, id))) return;
  throw new ParameterInvalid('policy', 'has a rule, which v1 has no words for; change it under /v2/policies');
}

function restorePolicy({ policies, callerOf, publicUrl, version }: Version): OnePolicyHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    const ifMatch = requiredIfMatch(request);
    await readJson(request, POLICY_PATCH, POLICY_LIMITS);
    const policy = await policies.restore(caller, request.params.id, ifMatch);
    writeEntity(response, 200, policy.entityTag, policyRepresentation(policy, version, { publicUrl }));
  };
}

function removePolicy({ policies, callerOf }: Version): OnePolicyHandler {
  return async (request, response) => {
    const caller = await callerOf(request);
    await policies.remove(caller, request.params.id);
    writeNothing(response);
  };
}

async function represented(
  { policies, publicUrl, version }: Pick<Version, 'policies' | 'publicUrl' | 'version'>,
  policy: Policy,
  format: string | undefined,
): Promise<object> {
  const roles = format === 'display' ? await policies.describedRoles(policy) : undefined;
  return policyRepresentation(policy, version, { publicUrl, roles });
}
