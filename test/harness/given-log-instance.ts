import { defaultResourceGroup } from '../../src/accounts/default-resource-group.ts';
import { SERVICE_PLANS } from '../../src/resource-catalog/catalog.ts';
import { commonRoleCrn, type PlatformRole, platformRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import type { OtherAccount } from './given-other-account.ts';
import { givenPolicy } from './given-rights.ts';
import type { RunningService } from './running-service.ts';

/** An instance that was provisioned through the Resource Controller. */
export interface GivenInstance {
  readonly guid: string;
  readonly crn: string;
  readonly service: string;
}

type Owner = Pick<OtherAccount, 'accountId' | 'ownerToken'>;

/** What an instance may be. */
export interface InstanceOptions {
  /** Its service. Default: `logdna`. */
  readonly of?: string;
  /** Whether it can be restored once it is deleted. Default: false. */
  readonly reclaims?: boolean;
  readonly parameters?: object;
}

/** Provisions an instance as the owner of an account. */
export async function givenLogInstance(
  service: Pick<RunningService, 'call'>,
  { accountId, ownerToken }: Owner,
  { of = 'logdna', reclaims = false, parameters = {} }: InstanceOptions = {},
): Promise<GivenInstance> {
  const known = SERVICE_PLANS.find(({ plan, service: { name } }) => name === of && plan.reclaims === reclaims);
  const json = {
    ...{ name: 'our lines', target: 'us-south', resource_plan_id: known?.plan.id },
    ...{ resource_group: defaultResourceGroup(accountId).id, parameters },
  };
  const { status, body, text } = await service.call('POST', '/v2/resource_instances', {
    token: await ownerToken(),
    json,
  });
  if (status !== 201) throw new Error(`no instance: ${status} ${text}`);
  return { guid: body.guid, crn: body.crn, service: of };
}

/** A role that every service has. */
export type GivenRole = PlatformRole | 'Reader' | 'Writer' | 'Manager';

const isPlatformRole = (role: GivenRole): role is PlatformRole => !['Reader', 'Writer', 'Manager'].includes(role);

/** Makes a service ID with roles in one service. @returns a token of it */
export async function tokenWithRoles(
  service: RunningService,
  { accountId, ownerToken }: Owner,
  { of, roles }: { readonly of: string; readonly roles: readonly GivenRole[] },
): Promise<string> {
  const json = { account_id: accountId, name: 'with roles', apikey: { name: 'first' } };
  const { body } = await service.call('POST', '/v1/serviceids', { token: await ownerToken(), json });
  const crns = roles.map((role) => (isPlatformRole(role) ? platformRoleCrn(role) : commonRoleCrn(role)));
  await givenPolicy(service, { accountId, subject: body.iam_id, roles: crns, service: of });
  return service.tokenOf(body.apikey.apikey);
}
