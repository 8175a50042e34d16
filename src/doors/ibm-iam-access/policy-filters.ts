import type { z } from 'zod';
import { type POLICY_ORDERS, type Policy, subjectKey } from '../../policies/policy.ts';
import type { PolicyListRequest } from '../../policies/policy-list.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';
import type { LIST_QUERY } from './policy-schemas.ts';

/** The parameters of a list that say which policies are in it, and in which order. */
export type PolicyFilters = Omit<z.output<typeof LIST_QUERY>, 'start' | 'limit' | 'format'>;

/** @returns the list that is asked for, but for the page */
export function readListRequest(filters: PolicyFilters): Omit<PolicyListRequest, 'limit' | 'after'> {
  const descending = filters.sort.startsWith('-');
  const order = descending ? filters.sort.slice(1) : filters.sort;
  return {
    accountId: filters.account_id,
    state: filters.state,
    subjectKey: subjectOf(filters),
    // Safe: the schema lets through only the names of orders.
    order: order as keyof typeof POLICY_ORDERS,
    descending,
    matches: matching(filters),
  };
}

function subjectOf({ iam_id, access_group_id }: PolicyFilters): string | undefined {
  if (iam_id !== undefined && access_group_id !== undefined) {
    throw new ParameterInvalid('access_group_id', 'may not stand beside iam_id: a policy has one subject');
  }
  if (iam_id !== undefined) return subjectKey('iam_id', iam_id);
  return access_group_id === undefined ? undefined : subjectKey('access_group_id', access_group_id);
}

function matching(filters: PolicyFilters): ((policy: Policy) => boolean) | undefined {
  const { type, tag_name, tag_value } = filters;
  const named = {
    serviceType: filters.service_type,
    serviceName: filters.service_name,
    service_group_id: filters.service_group_id,
  };
  const wanted = Object.entries(named).filter(([, value]) => value !== undefined);
  if (type === undefined && tag_name === undefined && tag_value === undefined && wanted.length === 0) return undefined;
  return (policy) =>
    (type === undefined || policy.type === type) &&
    wanted.every(([name, value]) => hasAttribute(policy, name, value)) &&
    ((tag_name === undefined && tag_value === undefined) ||
      policy.content.tags.some(
        ({ attribute, values }) =>
          (tag_name === undefined || attribute === tag_name) && (tag_value === undefined || values.includes(tag_value)),
      ));
}

const hasAttribute = ({ content }: Policy, name: string, value: string | undefined): boolean =>
  content.resource.some(({ attribute, values }) => attribute === name && value !== undefined && values.includes(value));
