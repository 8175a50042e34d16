import type { Request, RequestHandler, Router } from 'express';
import type { Target } from '../../access/access.ts';
import { parseCrn } from '../../crn/crn.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import type { Decisions, Question } from '../../policies/decisions.ts';
import { iamIdOfService, serviceOfIamId } from '../../policies/service-subject.ts';
import { ParameterInvalid, ParameterMissing } from '../../problems/request-problems.ts';
import { AUTHZ_PATH } from './authz-operations.ts';
import { type DecisionsRepresentation, QUESTIONS, type SentQuestion } from './authz-schemas.ts';

/** What the routes of decisions stand on. */
export interface AuthzRouteParts {
  readonly decisions: Decisions;
  readonly callerOf: CallerOf;
}

/** How long who asked may believe the answer, as at IBM; nobody is told to. */
const MOST_CACHE_SECONDS = 600;
const MEDIA_TYPE = 'application/vnd.authz.v2+json';

/** `POST /v2/authz`: may this subject do that? */
export function authzRoutes(router: Router, { decisions, callerOf }: AuthzRouteParts): void {
  const decide: RequestHandler = async (request, response) => {
    acceptBareToken(request);
    const caller = await callerOf(request);
    const sent = await readJson(request, QUESTIONS);
    const questions = sent.map((question) => questionOf(question, caller.accountId));
    const permitted = await decisions.decide(caller, questions);
    const responses = sent.map((question, index) => answerTo(question, permitted[index] === true));
    if (request.get('Accept')?.includes(MEDIA_TYPE) === true) response.type(MEDIA_TYPE);
    response.json({ responses } satisfies DecisionsRepresentation);
  };
  methods(router, AUTHZ_PATH, { POST: decide });
}

/** Clients of this call send the token bare as well; three parts joined by points are one. */
function acceptBareToken(request: Request): void {
  const { authorization } = request.headers;
  // Linear: one class.
  if (authorization === undefined || !/^[A-Za-z0-9_.-]+$/.test(authorization)) return;
  if (authorization.split('.').length === 3) request.headers.authorization = `Bearer ${authorization}`;
}

function questionOf({ subject, action, resource }: SentQuestion, ownAccountId: string): Question {
  const target =
    'crn' in resource ? targetOfCrn(resource.crn, ownAccountId) : targetOf(resource.attributes, ownAccountId);
  const { id, accountId, scope: _scope, ...service } = subject.attributes;
  if (id === undefined) {
    const iamId = iamIdOfService({ ...service, accountId: accountId ?? ownAccountId });
    if (iamId === undefined) throw new ParameterMissing('subject.attributes.id');
    return { iamId, action, target };
  }
  // A service of another account acts in that of the resource, if that lets it.
  return { iamId: id, action, target, ...(serviceOfIamId(id) === undefined && { accountId }) };
}

function targetOfCrn(crn: string, ownAccountId: string): Target {
  const named = parseCrn(crn);
  if (named === undefined) throw new ParameterInvalid('resource.crn', 'must be a CRN');
  const { service, location, scope, instance, resourceType, resource } = named;
  if (scope !== '' && !scope.startsWith('a/')) throw new ParameterInvalid('resource.crn', 'must name an account');
  return {
    accountId: scope === '' ? ownAccountId : scope.slice(2),
    service,
    ...(instance !== '' && { instance }),
    ...(location !== '' && { region: location }),
    ...(resourceType !== '' && { resourceType }),
    ...(resource !== '' && { resource }),
  };
}

function targetOf(sent: Readonly<Record<string, string>>, ownAccountId: string): Target {
  const { serviceName, accountId = ownAccountId, serviceInstance, resourceGroupId, ...rest } = sent;
  const { region, resourceType, resource, ...attributes } = rest;
  if (serviceName === undefined) throw new ParameterMissing('resource.attributes.serviceName');
  return {
    accountId,
    service: serviceName,
    ...(serviceInstance !== undefined && { instance: serviceInstance }),
    ...(resourceGroupId !== undefined && { resourceGroup: resourceGroupId }),
    ...(region !== undefined && { region }),
    ...(resourceType !== undefined && { resourceType }),
    ...(resource !== undefined && { resource }),
    attributes,
  };
}

function answerTo({ requestId, action, subject }: SentQuestion, permitted: boolean) {
  const obligation = {
    actions: [action],
    maxCacheAgeSeconds: MOST_CACHE_SECONDS,
    subject: { attributes: subject.attributes },
  };
  return {
    ...(requestId !== undefined && { requestId }),
    authorizationDecision: { permitted, ...(permitted && { obligation }) },
  };
}
