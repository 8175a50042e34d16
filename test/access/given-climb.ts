import { platformRoleCrn, serviceRoleCrn } from '../../src/resource-catalog/service-definition.ts';
import { givenKeyOfUser } from '../harness/given-credentials.ts';
import { givenOtherAccount } from '../harness/given-other-account.ts';
import { givenCustomRole, givenGroup, givenPolicy, is } from '../harness/given-rights.ts';
import type { Answer, Sent } from '../harness/http-call.ts';
import type { RunningService } from '../harness/running-service.ts';
import { givenMember } from '../server/matrix/people.ts';

/** Where somebody tries to come to more than they hold. */
export interface Climb {
  readonly accountId: string;
  /** The identities of whom the climber has keys; the first is the climber itself. */
  readonly mine: readonly string[];
  /** Everything there is that the climber may name, some of it more than it holds. */
  readonly iamIds: readonly string[];
  readonly groupIds: string[];
  readonly policyIds: string[];
  readonly keyIds: string[];
  readonly roles: { readonly id: string; readonly crn: string }[];
  readonly emails: readonly string[];
  /** Asks as one of those of whom the climber has a key, and takes what the answer brings. */
  readonly ask: (as: number, method: string, path: string, sent?: Sent) => Promise<Answer>;
  /** Uses an activation code, as somebody who is nobody yet. */
  readonly activate: (code: string) => Promise<Answer>;
  /** @returns those of `mine` who can send logs */
  readonly senders: () => Promise<readonly string[]>;
}

const SEND = 'logs.data-ingress.send';
const SENDER = serviceRoleCrn('logs', 'Sender');

/** An account with a climber, who holds every platform role and reads logs, and with others who may send. */
export async function givenClimb(service: RunningService): Promise<Climb> {
  const { accountId, ownerIamId, ownerToken } = await givenOtherAccount(service);
  const token = await ownerToken();
  const own = async (method: string, path: string, json?: object): Promise<Answer> => {
    const answer = await service.call(method, path, {
      token,
      ...(json !== undefined && { json }),
      headers: { 'If-Match': '*' },
    });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer;
  };
  const give = (subject: string, roles: readonly string[], name?: string) =>
    givenPolicy(service, {
      ...{ accountId, subject, roles },
      ...(name === undefined ? { conditions: [is('serviceType', 'platform_service')] } : { service: name }),
    });

  const climber = await givenMember(service, accountId);
  const administrator = platformRoleCrn('Administrator');
  await give(climber, [administrator]);
  await give(climber, [administrator, serviceRoleCrn('logs', 'DataAccessReader')], 'logs');

  const sender = (await own('POST', '/v1/serviceids', { account_id: accountId, name: 'sender' })).body;
  const policyIds = [(await give(sender.iam_id, [SENDER], 'logs')).id];
  const json = { name: 'old', iam_id: sender.iam_id, store_value: true };
  const keyIds = [(await own('POST', '/v1/apikeys', json)).body.id, (await own('POST', '/v1/apikeys', json)).body.id];
  await own('POST', `/v1/apikeys/${keyIds[0]}/disable`);

  const groupIds = [await givenGroup(service, accountId, [sender.iam_id]), await givenGroup(service, accountId, [])];
  policyIds.push((await give(groupIds[0] ?? '', [SENDER], 'logs')).id);
  const customRole = async (name: string, action: string) => {
    const { id } = await givenCustomRole(service, { accountId, service: 'logs', name, actions: [action] });
    return { id, crn: `crn:v1:bluemix:public:iam-access-management::a/${accountId}::customRole:${name}` };
  };
  // The one has what the climber has not; the other the climber holds, and it could grow.
  const roles = [await customRole('Sending', SEND), await customRole('Reading', 'logs.data-access.read')];
  await give(climber, [roles[1]?.crn ?? ''], 'logs');

  // What was taken from the climber, and could be restored.
  const taken = await give(climber, [SENDER], 'logs');
  await own('DELETE', `/v1/policies/${taken.id}`);
  policyIds.push(taken.id);

  const suspended = await givenMember(service, accountId);
  await give(suspended, [SENDER], 'logs');
  await own('PATCH', `/v2/accounts/${accountId}/users/${suspended}`, { state: 'SUSPENDED' });
  const email = `${climber.toLowerCase()}-invited@example.test`;
  const [invited] = (await own('POST', `/v2/accounts/${accountId}/users`, { users: [{ email }] })).body.resources;
  await give(invited.iam_id, [SENDER], 'logs');

  const secrets = [(await givenKeyOfUser(service, { iamId: climber, accountId })).secret];
  const mine = [climber];
  const climb = {
    ...{ accountId, mine, groupIds, policyIds, keyIds, roles, emails: [email] },
    iamIds: [climber, sender.iam_id, suspended, invited.iam_id, ownerIamId],
  };
  return {
    ...climb,
    async ask(as, method, path, sent = {}) {
      // What it brought may be the value of a key that is switched off: then it asks as itself.
      const usable = await service.exchange({ grant_type: 'apikey', apikey: secrets[as % secrets.length] ?? '' });
      const bearer = usable.body.access_token ?? (await service.tokenOf(secrets[0] ?? ''));
      const answer = await service.call(method, path, { ...sent, token: bearer });
      collect(climb, secrets, path, answer);
      return answer;
    },
    async activate(code) {
      const answer = await service.call('POST', '/latchkey/v1/users/activate', { json: { code } });
      collect(climb, secrets, '/latchkey/v1/users/activate', answer);
      return answer;
    },
    async senders() {
      const who = (iamId: string) => ({
        iamId,
        accountId,
        apiKeyId: '',
        address: '',
        requestId: '',
        transactionId: '',
      });
      const targets = [
        { accountId, service: 'logs' },
        { accountId, service: 'logs', instance: 'one' },
      ];
      const asked = mine.flatMap((iamId) =>
        targets.map(async (target) => ({ iamId, may: await service.domains.access.allows(who(iamId), SEND, target) })),
      );
      return (await Promise.all(asked)).filter(({ may }) => may).map(({ iamId }) => iamId);
    },
  };
}

/** Whatever an answer brings that can be used: ids of new things, and values of keys. */
function collect(
  climb: Pick<Climb, 'groupIds' | 'policyIds' | 'keyIds' | 'roles'> & { mine: string[]; iamIds: string[] },
  secrets: string[],
  path: string,
  { status, body }: Answer,
): void {
  if (status >= 300) return;
  for (const key of [body, body.apikey]) {
    if (typeof key?.apikey !== 'string') continue;
    secrets.push(key.apikey);
    climb.mine.push(key.iam_id);
    climb.keyIds.push(key.id);
  }
  if (status !== 201) return;
  if (path.includes('/policies')) climb.policyIds.push(body.id);
  if (path.startsWith('/v2/groups')) climb.groupIds.push(body.id);
  if (path === '/v2/roles') climb.roles.push({ id: body.id, crn: body.crn });
  if (path === '/v1/serviceids') climb.iamIds.push(body.iam_id);
}
