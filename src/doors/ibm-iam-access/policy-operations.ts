import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import { LIST_QUERY, ONE_QUERY, POLICY_PATCH, V1_POLICY_LIST, V2_POLICY_LIST } from './policy-schemas.ts';
import { CHANGE_HEADERS, ID_PARAMETERS } from './schemas.ts';
import { V1_POLICY, V1_POLICY_BODY } from './v1-policies.ts';
import { V2_POLICY, V2_POLICY_BODY } from './v2-policies.ts';

/** The paths of policies, as the routes declare them. */
export const POLICY_PATHS = {
  v1: { all: '/v1/policies', one: '/v1/policies/:id' },
  v2: { all: '/v2/policies', one: '/v2/policies/:id' },
} as const;

const ETAG = 'its entity tag is the ETag';

/** What differs between the two versions; operation ids are those of IBM's generated clients. */
const VERSIONS = [
  {
    ...POLICY_PATHS.v1,
    name: 'Policy',
    plural: 'Policies',
    body: V1_POLICY_BODY,
    policy: V1_POLICY,
    list: V1_POLICY_LIST,
  },
  {
    ...POLICY_PATHS.v2,
    name: 'V2Policy',
    plural: 'V2Policies',
    body: V2_POLICY_BODY,
    policy: V2_POLICY,
    list: V2_POLICY_LIST,
  },
] as const;

/** The rows of `/v1/policies` and `/v2/policies`. */
export const POLICY_OPERATIONS: readonly Operation[] = [
  ...VERSIONS.flatMap(versionOperations),
  {
    tags: ['Policies'],
    security: ['bearer'],
    method: 'PATCH',
    path: POLICY_PATHS.v1.one,
    operationId: 'updatePolicyState',
    requires: { action: 'iam.policy.update' },
    summary: 'Restore a deleted policy',
    parameters: { path: ID_PARAMETERS, headers: CHANGE_HEADERS },
    body: { schema: POLICY_PATCH },
    answers: {
      200: { description: `The policy, active again; ${ETAG}.`, schema: V1_POLICY },
      ...failureAnswers(404, 409, 412, 413, 415),
    },
  },
];

function versionOperations({ all, one, name, plural, body, policy, list }: (typeof VERSIONS)[number]): Operation[] {
  const common = { tags: ['Policies'], security: ['bearer'] } as const;
  return [
    {
      ...{
        ...common,
        method: 'GET',
        path: all,
        operationId: `list${plural}`,
        requires: { shows: 'iam.policy.read' },
        summary: 'List policies',
      },
      description: 'Only those that the caller may read; who may read none reads their own.',
      parameters: { query: LIST_QUERY },
      answers: { 200: { description: 'One page of policies.', schema: list }, ...failureAnswers() },
    },
    {
      ...{
        ...common,
        method: 'POST',
        path: all,
        operationId: `create${name}`,
        requires: { action: 'iam.policy.create' },
        summary: 'Create a policy',
      },
      description: 'Nobody gives rights that they do not hold themselves, on the same resources.',
      body: { schema: body },
      answers: {
        201: { description: `The policy, as it was sent; ${ETAG}.`, schema: policy },
        ...failureAnswers(409, 413, 415),
      },
    },
    {
      ...{
        ...common,
        method: 'GET',
        path: one,
        operationId: `get${name}`,
        requires: { action: 'iam.policy.read' },
        summary: 'Read a policy',
      },
      description: 'Also a deleted one, for 30 days.',
      parameters: { path: ID_PARAMETERS, query: ONE_QUERY },
      answers: { 200: { description: `The policy; ${ETAG}.`, schema: policy }, ...failureAnswers(404) },
    },
    {
      ...{
        ...common,
        method: 'PUT',
        path: one,
        operationId: `replace${name}`,
        requires: { action: 'iam.policy.update' },
        summary: 'Replace a policy',
      },
      parameters: { path: ID_PARAMETERS, headers: CHANGE_HEADERS },
      body: { schema: body },
      answers: {
        200: { description: `The policy as it is now; ${ETAG}.`, schema: policy },
        ...failureAnswers(404, 409, 412, 413, 415),
      },
    },
    {
      ...{
        ...common,
        method: 'DELETE',
        path: one,
        operationId: `delete${name}`,
        requires: { action: 'iam.policy.delete' },
        summary: 'Delete a policy',
      },
      description: 'It gives nothing from the answer on, and can be restored for 30 days.',
      parameters: { path: ID_PARAMETERS },
      answers: { 204: { description: 'Done; no body.' }, ...failureAnswers(404) },
    },
  ];
}
