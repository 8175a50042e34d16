import type { Operation } from '../../http/openapi.ts';
import { ACCESS_GROUP_OPERATIONS } from './access-group-operations.ts';
import { ACCESS_MANAGEMENT_OPERATIONS } from './access-settings-operations.ts';
import { AUTHZ_OPERATIONS } from './authz-operations.ts';
import { GROUP_MEMBER_OPERATIONS } from './group-member-operations.ts';
import { GROUP_RULE_OPERATIONS } from './group-rule-operations.ts';
import { POLICY_OPERATIONS } from './policy-operations.ts';
import { ROLE_OPERATIONS } from './role-operations.ts';

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = [
  ...POLICY_OPERATIONS,
  ...ACCESS_GROUP_OPERATIONS,
  ...GROUP_MEMBER_OPERATIONS,
  ...GROUP_RULE_OPERATIONS,
  ...ROLE_OPERATIONS,
  ...AUTHZ_OPERATIONS,
  ...ACCESS_MANAGEMENT_OPERATIONS,
];
