import type { RequestHandler, Router } from 'express';
import type { Access, Target } from '../../access/access.ts';
import { uuidOfKey } from '../../api-keys/key-id.ts';
import { parseCrn } from '../../crn/crn.ts';
import { methods } from '../../http/methods.ts';
import { readQuery } from '../../http/read-query.ts';
import { ParameterInvalid, ParameterMissing } from '../../problems/request-problems.ts';
import { METADATA } from './metadata.ts';
import { PREFIXES, pathsBelow, QUESTION, type SelfRepresentation } from './operations.ts';
import { type RestCaller, type RestCallerParts, restCallerOf } from './rest-caller.ts';

/** What the routes stand on. */
export interface RestRouteParts extends RestCallerParts {
  readonly access: Pick<Access, 'allowsLately'>;
}

/** `…/$metadata` and `…/whoami`, below both prefixes. */
export function restRoutes(router: Router, parts: RestRouteParts): void {
  const metadata: RequestHandler = async (request, response) => {
    await restCallerOf(request, parts);
    response.type('application/xml').send(METADATA);
  };
  const whoAmI: RequestHandler = async (request, response) => {
    const asking = await restCallerOf(request, parts);
    const { action, resource } = readQuery(request, QUESTION);
    const target = targetOf(action, resource, asking);
    const allowed = target && (await parts.access.allowsLately(asking.caller, target.action, target.resource));
    response.json(selfRepresentation(asking, allowed));
  };
  for (const prefix of PREFIXES) {
    const paths = pathsBelow(prefix);
    methods(router, paths.metadata, { GET: metadata });
    methods(router, paths.objectMetadata, { GET: metadata });
    methods(router, paths.whoAmI, { GET: whoAmI });
  }
}

/** What is asked about; `undefined`: nothing. @throws ParameterMissing one without the other @throws ParameterInvalid no CRN */
function targetOf(
  action: string | undefined,
  name: string | undefined,
  { caller }: RestCaller,
): { readonly action: string; readonly resource: Target } | undefined {
  if (action === undefined && name === undefined) return undefined;
  if (action === undefined) throw new ParameterMissing('action');
  if (name === undefined) throw new ParameterMissing('resource');
  const crn = parseCrn(name);
  if (crn === undefined) throw new ParameterInvalid('resource', 'must be a CRN');
  const { service, location, scope, instance, resourceType, resource } = crn;
  // The installation is no account, and nothing is asked about it here.
  if (!/^(?:|a\/[0-9a-f]{32})$/.test(scope))
    throw new ParameterInvalid('resource', 'must name an account, as a/<account id>');
  return {
    action,
    resource: {
      accountId: scope === '' ? caller.accountId : scope.slice(2),
      service,
      ...(instance !== '' && { instance }),
      ...(location !== '' && { region: location }),
      ...(resourceType !== '' && { resourceType }),
      ...(resource !== '' && { resource }),
    },
  };
}

/** Member by member: a spread would one day send the digest. */
function selfRepresentation(
  { caller, tenant, person, apiKey }: RestCaller,
  allowed: boolean | undefined,
): SelfRepresentation {
  const { iamId, inRole } = caller;
  const { name, email } = person;
  return {
    tenant: { id: tenant.id, tenant_id: tenant.tenantId, name: tenant.name },
    user: { id: iamId, name, ...(email !== undefined && { email }) },
    ...(inRole !== undefined && { in_role: inRole }),
    ...(apiKey !== undefined && { key: { id: uuidOfKey(apiKey.id), description: apiKey.description } }),
    ...(allowed !== undefined && { allowed }),
  };
}
