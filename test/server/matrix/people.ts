import { randomBytes } from 'node:crypto';
import { type MatrixRow, matrixRows } from '../../../scripts/docs/access-matrix.ts';
import { PLATFORM_ROLES, platformRoleCrn } from '../../../src/resource-catalog/service-definition.ts';
import { insert } from '../../../src/store/changes.ts';
import { firstEntityTag } from '../../../src/store/entity-tag.ts';
import { USER_REALM, USERS } from '../../../src/users/user.ts';
import { givenKeyOfUser, givenMembership } from '../../harness/given-credentials.ts';
import { givenOtherAccount } from '../../harness/given-other-account.ts';
import { givenPolicy, is } from '../../harness/given-rights.ts';
import type { RunningService } from '../../harness/running-service.ts';

/** Somebody who tries every route. */
export interface Person {
  readonly name: string;
  /** @returns a token to ask with; `undefined`: asks without one */
  readonly token: () => Promise<string | undefined>;
  /** What the matrix says of the row. */
  readonly outcome: (row: MatrixRow) => Outcome;
}

/** What may come of a request. */
export type Outcome = 'allowed' | 'refused' | 'not proven';

/** The account of which the matrix is tried, and everybody who tries it. */
export interface People {
  readonly accountId: string;
  readonly ownerToken: () => Promise<string>;
  readonly everybody: readonly Person[];
}

const outcomeOf = (allowed: boolean): Outcome => (allowed ? 'allowed' : 'refused');
const isOpen = ({ forNobody, forEveryToken }: MatrixRow): boolean => forNobody || forEveryToken;
const isOpenToUsers = (row: MatrixRow): boolean => isOpen(row) || row.forEveryUser;
/** What is asked of everybody's own account is no stranger's. */
const isForStrangers = ({ operation: { requires }, forNobody, forEveryUser }: MatrixRow): boolean =>
  forNobody || forEveryUser || requires === 'a token' || (typeof requires === 'object' && 'of' in requires);

/** Makes an account whose owner runs nothing else, and somebody with each role in it. */
export async function givenPeople(service: RunningService): Promise<People> {
  const { accountId, ownerToken } = await givenOtherAccount(service);
  const stranger = await givenOtherAccount(service);
  const roles = await Promise.all([
    ...PLATFORM_ROLES.map((role) => givenPlatformRole(service, accountId, role)),
    ...serviceRoles().map((role) => givenServiceRole(service, { accountId, ownerToken, ...role })),
  ]);
  return {
    accountId,
    ownerToken,
    everybody: [
      {
        name: 'nobody',
        token: async () => undefined,
        outcome: ({ forNobody }) => (forNobody ? 'allowed' : 'not proven'),
      },
      {
        name: 'a revoked token',
        token: () => revoked(service, ownerToken),
        outcome: ({ forNobody }) => (forNobody ? 'allowed' : 'not proven'),
      },
      { name: 'a stranger', token: stranger.ownerToken, outcome: (row) => outcomeOf(isForStrangers(row)) },
      ...roles,
      {
        name: 'the operator',
        token: service.ownerToken,
        outcome: (row) => outcomeOf(isForStrangers(row) || row.forOperator),
      },
      { name: 'the owner', token: ownerToken, outcome: (row) => outcomeOf(isOpenToUsers(row) || !row.forOperator) },
    ],
  };
}

/** A user with one platform role in every service. */
async function givenPlatformRole(
  service: RunningService,
  accountId: string,
  role: (typeof PLATFORM_ROLES)[number],
): Promise<Person> {
  const iamId = await givenMember(service, accountId);
  for (const type of ['service', 'platform_service']) {
    const conditions = [is('serviceType', type)];
    await givenPolicy(service, { accountId, subject: iamId, roles: [platformRoleCrn(role)], conditions });
  }
  const { secret } = await givenKeyOfUser(service, { iamId, accountId });
  return {
    name: `${role} of everything`,
    token: () => service.tokenOf(secret),
    outcome: (row) => outcomeOf(isOpenToUsers(row) || row.platformRoles.has(role)),
  };
}

/** Roles of single services that some route asks for. */
function serviceRoles() {
  const roles = matrixRows().flatMap((row) => row.serviceRoles);
  return [...new Map(roles.map((named) => [named.role, named])).values()];
}

interface GivenRole extends Pick<People, 'accountId' | 'ownerToken'> {
  readonly service: { readonly name: string };
  readonly role: { readonly displayName: string; readonly crns: readonly [string, ...string[]] };
}

/** A service ID with one role of one service. */
async function givenServiceRole(service: RunningService, given: GivenRole): Promise<Person> {
  const { accountId, ownerToken, role } = given;
  const json = { account_id: accountId, name: 'with one role', apikey: { name: 'first' } };
  const made = await service.call('POST', '/v1/serviceids', { token: await ownerToken(), json });
  const { iam_id: subject, apikey } = made.body;
  await givenPolicy(service, { accountId, subject, roles: [role.crns[0]], service: given.service.name });
  return {
    name: `a service ID with ${role.displayName} of ${given.service.name}`,
    token: () => service.tokenOf(apikey.apikey),
    outcome: (row) => outcomeOf(isOpen(row) || row.serviceRoles.some((named) => named.role === given.role)),
  };
}

async function revoked(service: RunningService, ownerToken: () => Promise<string>): Promise<string> {
  const token = await ownerToken();
  await service.call('POST', '/identity/revoke', { form: { token } });
  return token;
}

/** Makes a user, active in the account. @returns the iam id */
export async function givenMember(service: RunningService, accountId: string): Promise<string> {
  const iamId = `${USER_REALM}-${randomBytes(5).toString('hex').toUpperCase()}`;
  const now = service.clock.now();
  await service.store.commit([
    insert(USERS, {
      ...{ id: iamId, entityTag: firstEntityTag(), email: `${iamId.toLowerCase()}@example.test` },
      ...{ name: 'Robin Example', givenName: 'Robin', familyName: 'Example' },
      ...{ generation: 1, createdAt: now, modifiedAt: now },
    }),
  ]);
  await givenMembership(service, accountId, iamId);
  return iamId;
}
