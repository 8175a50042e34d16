import { defaultResourceGroup } from '../../../src/accounts/default-resource-group.ts';
import { SERVICE_PLANS } from '../../../src/resource-catalog/catalog.ts';
import { GROUP_QUOTA_ID } from '../../../src/resource-catalog/quota-definitions.ts';
import { readyReport } from '../../harness/ready-report.ts';
import type { RunningService } from '../../harness/running-service.ts';
import { givenMember, type People } from './people.ts';

/** What routes do things to, by the part of the path before its id. None of it belongs to anybody who tries. */
export interface Things {
  /** Whether somebody has said how to make a thing of this kind. */
  has(kind: string): boolean;
  /** @returns the id of a thing of this kind, made when there is none @throws Error a kind that nobody has said how to make */
  of(kind: string): Promise<string>;
  /** Those that were asked for since the last call may be gone or changed: they are made anew. */
  used(): void;
}

/** @returns things of the account, none of them made yet */
export function thingsIn(service: RunningService, { accountId, ownerToken }: People): Things {
  const known = new Map<string, Promise<string>>();
  const asked = new Set<string>();
  let made = 0;

  const make = async (path: string, json: object): Promise<string> => {
    const answer = await service.call('POST', path, { token: await ownerToken(), json });
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
    return String(answer.body.id);
  };
  const of = (kind: string): Promise<string> => {
    asked.add(kind);
    const maker = MAKERS[kind];
    if (maker === undefined) throw new Error(`say in test/server/matrix/things.ts how to make what follows /${kind}/`);
    const id = known.get(kind) ?? maker();
    known.set(kind, id);
    return id;
  };
  const instance = async (ofService?: string): Promise<string> => {
    const json = instanceBody(accountId, ofService);
    const { body } = await service.call('POST', '/v2/resource_instances', { token: await ownerToken(), json });
    // Its id is a CRN, which would have to be encoded in a path.
    return String(body.guid);
  };
  const iamIdOf = async (serviceId: Promise<string>): Promise<string> => `iam-${await serviceId}`;
  const name = (): string => {
    made += 1;
    return `Thing${made}`;
  };

  const MAKERS: Readonly<Record<string, () => Promise<string>>> = {
    accounts: async () => accountId,
    users: () => givenMember(service, accountId),
    serviceids: () => make('/v1/serviceids', { account_id: accountId, name: name() }),
    apikeys: async () => make('/v1/apikeys', { name: name(), iam_id: await iamIdOf(of('serviceids')) }),
    serviceid_groups: () => make('/v1/serviceid_groups', { account_id: accountId, name: name() }),
    policies: async () => make('/v1/policies', policyBody({ accountId, iamId: await iamIdOf(of('serviceids')) })),
    groups: () => make(`/v2/groups?account_id=${accountId}`, { name: name() }),
    rules: async () => make(`/v2/groups/${await of('groups')}/rules`, { name: name(), ...RULE }),
    members: async () => {
      const iamId = await iamIdOf(of('serviceids'));
      const json = { members: [{ iam_id: iamId, type: 'service' }] };
      await service.call('PUT', `/v2/groups/${await of('groups')}/members`, { token: await ownerToken(), json });
      return iamId;
    },
    report: async () => {
      // The newest of each kind: the path says which is meant.
      for (const kind of ['activity', 'mfa']) {
        const path = `/v1/${kind}/accounts/${accountId}/report`;
        const { body } = await service.call('POST', path, { token: await ownerToken() });
        await readyReport(service, `${path}/${body.reference}`, { token: await ownerToken() });
      }
      return 'latest';
    },
    resource_groups: () => make('/v2/resource_groups', { account_id: accountId, name: name() }),
    quota_definitions: async () => GROUP_QUOTA_ID,
    resource_instances: () => instance(),
    resource_aliases: async () => {
      const json = { name: name(), source: await of('resource_instances'), target: ALIAS_TARGET };
      const { body } = await service.call('POST', '/v2/resource_aliases', { token: await ownerToken(), json });
      return body.guid;
    },
    // Of the service to which identities send log lines.
    instances: () => instance('logs'),
    reclamations: async () => {
      const id = await instance();
      await service.call('DELETE', `/v2/resource_instances/${id}`, { token: await ownerToken() });
      return id;
    },
    actions: async () => 'restore',
    log_instance: () => instance('logs'),
    ingestion_keys: async () =>
      make('/latchkey/v1/ingestion_keys', { name: name(), instance: await of('log_instance') }),
    // Of an instance of their own: a request names both.
    config_instance: () => instance('logs'),
    keys: async () => make('/latchkey/v1/ingestion_keys', { name: name(), instance: await of('config_instance') }),
    api_key_id: async () => {
      const sent = { token: await ownerToken(), json: { name: name() } };
      const { body } = await service.call('POST', '/keys?_action=create', sent);
      return body.api_key_id;
    },
    // Of `/am`: their names are not ids.
    serverinfo: async () => 'version',
    realm: async () => 'alpha',
    svcacct: async () => {
      const sent = { token: await ownerToken(), json: svcacctBody(name()) };
      const { body } = await service.call('POST', '/openidm/managed/svcacct?_action=create', sent);
      return body._id;
    },
    verifyApiToken: async () => {
      const token = await ownerToken();
      const sent = { token, json: { name: name() } };
      await service.call('POST', '/api/admin/createApiToken', sent);
      const { text } = await service.call('GET', '/api/admin/getTokens?maxResults=1000', { token });
      return JSON.parse(text).at(-1).id;
    },
    data_sources: () => make('/latchkey/v1/data_sources', { name: name(), sync_type: 'full' }),
    business_object: async () => 'incidents',
    key_group: () => make('/latchkey/v1/ivanti/key_groups', { name: name() }),
    grouped_key: async () => make(`/latchkey/v1/ivanti/key_groups/${await of('key_group')}/keys`, {}),
    roles: () => make('/v2/roles', roleBody(accountId, name())),
    resource_bindings: async () => {
      const json = { source: await of('resource_aliases'), target: 'crn:v1:bluemix:public:cf:eu-gb:s/space::app:1' };
      const crn = await make('/v2/resource_bindings', json);
      return crn.slice(crn.lastIndexOf(':') + 1);
    },
    resource_keys: async () => {
      const crn = await make('/v2/resource_keys', { name: name(), source: await of('resource_instances') });
      return crn.slice(crn.lastIndexOf(':') + 1);
    },
  };
  return {
    has: (kind) => Object.hasOwn(MAKERS, kind),
    of,
    used() {
      for (const kind of asked) known.delete(kind);
      asked.clear();
    },
  };
}

/** Where an alias stands. */
export const ALIAS_TARGET = 'crn:v1:bluemix:public:cf:us-south:s/space::cf-space:one';

/** What a rule is made of, but its name. */
export const RULE = {
  expiration: 12,
  realm_name: 'https://idp.example.test/saml',
  conditions: [{ claim: 'team', operator: 'EQUALS', value: '"build"' }],
};

/** A policy that every administrator may give: what it gives, each of them holds. */
export const policyBody = ({ accountId, iamId }: { readonly accountId: string; readonly iamId: string }) => ({
  type: 'access',
  subjects: [{ attributes: [{ name: 'iam_id', value: iamId }] }],
  roles: [{ role_id: 'crn:v1:bluemix:public:iam::::role:Viewer' }],
  resources: [
    {
      attributes: [
        { name: 'accountId', value: accountId },
        { name: 'serviceName', value: 'generic-service' },
      ],
    },
  ],
});

/** A service account. Its public key is of the standard's own example (RFC 7517, appendix A.1). */
export const svcacctBody = (name: string) => ({
  ...{ name, scopes: ['fr:idm:*'] },
  jwks: JSON.stringify({
    keys: [
      {
        ...{ kty: 'EC', crv: 'P-256', x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4' },
        y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
      },
    ],
  }),
});

/** An instance of a plan that reclaims, in the account's default group. */
export const instanceBody = (accountId: string, service = 'generic-service') => {
  const plan = SERVICE_PLANS.find(({ plan: { reclaims }, service: { name } }) => reclaims && name === service);
  const resource_group = defaultResourceGroup(accountId).id;
  return { name: 'instance', target: 'us-south', resource_group, resource_plan_id: plan?.plan.id };
};

/** A custom role that every administrator may make. */
export const roleBody = (accountId: string, name: string) => ({
  ...{ name, display_name: name, account_id: accountId, service_name: 'generic-service' },
  actions: ['resource-controller.instance.retrieve'],
});
