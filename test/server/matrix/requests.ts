import type { Operation } from '../../../src/http/openapi.ts';
import { serviceDocument } from '../../../src/server/service-document.ts';
import type { Sent } from '../../harness/http-call.ts';
import { ALIAS_TARGET, instanceBody, policyBody, RULE, roleBody, svcacctBody, type Things } from './things.ts';

/** A request that is right in every respect, so that only who asks decides what comes of it. */
export interface WholeRequest {
  readonly method: string;
  readonly path: string;
  readonly sent: Sent;
}

interface Schema {
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
}

interface Described {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Bodies and queries that say more than their schema: by operation id. */
const EXAMPLES: Readonly<Record<string, (known: Known) => Promise<Example>>> = {
  listApiKeys: async ({ iamId }) => ({ query: { iam_id: await iamId() } }),
  getApiKeysDetails: async ({ secret }) => ({ headers: { 'IAM-ApiKey': await secret() } }),
  setOwnPassword: async () => ({ json: { password: 'correct horse battery' } }),
  removeOwnPassword: async () => ({ json: { current_password: 'correct horse battery' } }),
  autonomousIdentityUpdateUser: async ({ things }) => ({ json: { email: await things.of('users') } }),
  autonomousIdentityDisableUser: async ({ things }) => ({ json: { email: await things.of('users') } }),
  autonomousIdentityEnableUser: async ({ things }) => ({ json: { email: await things.of('users') } }),
  createPolicy: async ({ accountId, iamId }) => ({ json: policyBody({ accountId, iamId: await iamId() }) }),
  replacePolicy: async ({ accountId, iamId }) => ({ json: policyBody({ accountId, iamId: await iamId() }) }),
  createV2Policy: async ({ accountId, iamId }) => ({ json: v2PolicyBody(accountId, await iamId()) }),
  replaceV2Policy: async ({ accountId, iamId }) => ({ json: v2PolicyBody(accountId, await iamId()) }),
  addMembersToAccessGroup: async ({ iamId }) => ({ json: { members: [{ iam_id: await iamId(), type: 'service' }] } }),
  removeMembersFromAccessGroup: async ({ things }) => ({ json: { members: [await things.of('members')] } }),
  addMemberToMultipleAccessGroups: async ({ things }) => ({
    json: { type: 'service', groups: [await things.of('groups')] },
  }),
  postMemberToMultipleAccessGroups: async ({ things }) => ({
    json: { type: 'service', groups: [await things.of('groups')] },
  }),
  addAccessGroupRule: async () => ({ json: RULE }),
  replaceAccessGroupRule: async () => ({ json: { name: 'changed', ...RULE } }),
  createRole: async ({ accountId, name }) => ({ json: roleBody(accountId, name) }),
  replaceRole: async () => ({ json: { display_name: 'changed', actions: ['resource-controller.instance.retrieve'] } }),
  createResourceBinding: async ({ things }) => ({
    json: { source: await things.of('resource_aliases'), target: 'crn:v1:bluemix:public:cf:eu-gb:s/space::app:1' },
  }),
  createResourceKey: async ({ things, name }) => ({ json: { name, source: await things.of('resource_instances') } }),
  getMfaStatus: async ({ things }) => ({ query: { iam_id: await things.of('users') } }),
  createResourceAlias: async ({ name, things }) => ({
    json: { name, source: await things.of('resource_instances'), target: ALIAS_TARGET },
  }),
  createResourceInstance: async ({ accountId }) => ({ json: instanceBody(accountId) }),
  listIngestionKeys: async ({ things }) => ({ query: { instance: await things.of('log_instance') } }),
  createIngestionKey: async ({ things }) => ({
    json: { name: 'new', instance: await things.of('log_instance') },
  }),
  createServiceAccount: async ({ name }) => ({ json: svcacctBody(name), query: { _action: 'create' } }),
  replaceServiceAccount: async ({ name }) => ({ json: svcacctBody(name) }),
  updateServiceAccount: async () => ({ json: [{ operation: 'replace', field: '/description', value: 'changed' }] }),
  createLogKey: async () => ({ query: { _action: 'create' } }),
  listConfigKeys: async (known) => ofConfigInstance(known),
  createConfigKey: async (known) => ({ ...(await ofConfigInstance(known)), query: { type: 'ingestion' } }),
  getConfigKey: async (known) => ofConfigInstance(known),
  updateConfigKey: async (known) => ofConfigInstance(known),
  deleteConfigKey: async (known) => ofConfigInstance(known),
  sendLogs: async ({ things }) => ({ json: [LOG_ENTRY], headers: await hostOf(things) }),
  sendLogsToInstance: async () => ({ json: [LOG_ENTRY] }),
  sendLogsInBulk: async ({ things }) => ({ json: LOG_BULK, headers: await hostOf(things) }),
  sendLogsInBulkToInstance: async () => ({ json: LOG_BULK }),
  revokeApiToken: async ({ things }) => ({ json: { token: await things.of('verifyApiToken') } }),
  deleteApiToken: async ({ things }) => ({ json: { token: await things.of('verifyApiToken') } }),
  streamLogs: async ({ things }) => ({ headers: await hostOf(things) }),
  authorize: async ({ accountId, iamId }) => ({ json: [question(accountId, await iamId())] }),
};

/** With a bearer token the keys of an instance are asked for by its name, in a header. */
async function ofConfigInstance({ things }: Known): Promise<Example> {
  // The key first: it is of the same instance.
  await things.of('keys');
  return { headers: { 'cloud-resource-name': await things.of('config_instance') } };
}

const LOG_NAMES = { applicationName: 'shop', subsystemName: 'cart' };
const LOG_ENTRY = { ...LOG_NAMES, text: 'a line' };
const LOG_BULK = { ...LOG_NAMES, logEntries: [] };
const hostOf = async (things: Things) => ({ Host: `${await things.of('instances')}.ingress.logs.example.test` });

interface Example {
  readonly json?: unknown;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an example may name. */
interface Known {
  readonly accountId: string;
  readonly things: Things;
  /** Of a service ID that holds nothing. */
  readonly iamId: () => Promise<string>;
  /** The value of a key of it. */
  readonly secret: () => Promise<string>;
  /** One that nothing has. */
  readonly name: string;
}

/** @returns what makes a right request for any operation, from its description; what that leaves open, examples say */
export function requestsFor({ accountId, things, secret }: Pick<Known, 'accountId' | 'things' | 'secret'>) {
  // Safe: the document is OpenAPI, of which this names the few members that are read here.
  const { paths, components } = serviceDocument('http://keys.test') as Document;
  let made = 0;
  const iamId = async (): Promise<string> => `iam-${await things.of('serviceids')}`;

  const valueFor = async (name: string, schema: Schema): Promise<unknown> => {
    const { $ref, enum: values, anyOf, oneOf, type } = schema;
    if ($ref !== undefined) return valueFor(name, components.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
    const [either] = anyOf ?? oneOf ?? [];
    if (either !== undefined) return valueFor(name, either);
    const stated = schema.const ?? schema.default ?? values?.[0];
    if (stated !== undefined) return stated;
    if (type === 'object') return membersOf(schema);
    if (type === 'array') return (schema.minItems ?? 0) > 0 && schema.items ? [await valueFor(name, schema.items)] : [];
    return plainValue(name, type);
  };
  const plainValue = (name: string, type: string | undefined): unknown => {
    if (type === 'boolean') return false;
    if (type === 'integer' || type === 'number') return 900;
    if (name === 'account_id') return accountId;
    if (name === 'iam_id') return iamId();
    return name.includes('email') ? `matrix${made}@example.test` : `Matrix${made}`;
  };
  const membersOf = async ({ properties = {}, required = [] }: Schema): Promise<unknown> => {
    // Left out, an account may stand for that of the token, and a stranger would ask about nobody else's.
    const names = new Set([...required, ...Object.keys(properties).filter((name) => name === 'account_id')]);
    const members = [...names].map(async (name) => [name, await valueFor(name, properties[name] ?? {})] as const);
    return Object.fromEntries(await Promise.all(members));
  };

  return async (operation: Operation): Promise<WholeRequest> => {
    made += 1;
    const template = operation.path.replace(/:([A-Za-z_]+)/g, '{$1}');
    const described = paths[template]?.[operation.method.toLowerCase()] ?? {};
    const parameters = described.parameters ?? [];
    const known = { accountId, things, iamId, secret, name: `Matrix${made}` };
    const example = (await EXAMPLES[operation.operationId]?.(known)) ?? {};
    const takesAccount = parameters.some(({ name, in: place }) => place === 'query' && name === 'account_id');
    const query = new URLSearchParams({ ...(takesAccount && { account_id: accountId }), ...example.query });
    const ifMatch = parameters.some(({ name }) => name === 'If-Match');
    const schema = described.requestBody?.content['application/json']?.schema;
    const json = example.json ?? (schema && (await valueFor('', schema)));
    const path = await filled(operation.path, things);
    return {
      method: operation.method,
      path: query.size === 0 ? path : `${path}?${query}`,
      sent: {
        headers: { ...(ifMatch && { 'If-Match': '*' }), ...example.headers },
        ...(json !== undefined && { json }),
      },
    };
  };
}

/** The path with ids in it: of each, its own name says of what, or the part before it. */
async function filled(path: string, things: Things): Promise<string> {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    const kinds = [segment.slice(1), path.split('/')[segments.length - 1] ?? ''];
    segments.push(segment.startsWith(':') ? await things.of(kinds.find(things.has) ?? kinds.join(' or ')) : segment);
  }
  return segments.join('/');
}

const v2PolicyBody = (accountId: string, iamId: string) => ({
  type: 'access',
  subject: { attributes: [{ key: 'iam_id', operator: 'stringEquals', value: iamId }] },
  resource: {
    attributes: [
      { key: 'accountId', operator: 'stringEquals', value: accountId },
      { key: 'serviceName', operator: 'stringEquals', value: 'generic-service' },
    ],
  },
  control: { grant: { roles: [{ role_id: 'crn:v1:bluemix:public:iam::::role:Viewer' }] } },
});

const question = (accountId: string, id: string) => ({
  subject: { attributes: { id, scope: 'ibm openid' } },
  action: 'logs.data-ingress.send',
  resource: { attributes: { accountId, serviceName: 'logs', serviceInstance: 'one' } },
});
