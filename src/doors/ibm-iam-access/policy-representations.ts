import type { DescribedRoles } from '../../policies/described-roles.ts';
import type { Policy } from '../../policies/policy.ts';
import { dateOf } from './texts.ts';
import { v1BodyOf } from './v1-policies.ts';
import { v2BodyOf } from './v2-policies.ts';

/** The two forms in which this API writes a policy. */
export type PolicyVersion = 'v1' | 'v2';

const BODIES = { v1: v1BodyOf, v2: v2BodyOf } as const;

/** How a policy is written beside its form. */
export interface PolicyWriting {
  /** Without a last slash; the address begins with it. */
  readonly publicUrl: string;
  /** Names and actions of its roles, where they are asked for. */
  readonly roles?: DescribedRoles | undefined;
}

/** A policy as one version of the API writes it: what was sent, word for word, and the housekeeping. */
export function policyRepresentation(
  policy: Policy,
  version: PolicyVersion,
  { publicUrl, roles }: PolicyWriting,
): object {
  const { id, createdAt, createdBy, modifiedAt, modifiedBy, state, content } = policy;
  const body = BODIES[version](policy);
  const isWhole = version === 'v2' || content.rule === undefined;
  return {
    id,
    ...(roles === undefined || !isWhole ? body : withRoles(body, version, roles)),
    // What this version has no words for is to be read where its address leads.
    href: `${publicUrl}/${isWhole ? version : 'v2'}/policies/${id}`,
    created_at: dateOf(createdAt),
    created_by_id: createdBy,
    last_modified_at: dateOf(modifiedAt),
    last_modified_by_id: modifiedBy,
    state,
  };
}

type Body = Readonly<Record<string, unknown>>;

function withRoles(body: Body, version: PolicyVersion, roles: DescribedRoles): Body {
  const described = [...roles].map(([crn, role]) => ({
    role_id: crn,
    ...(role !== undefined && { display_name: role.displayName, description: role.description }),
    ...(role !== undefined && version === 'v2' && { actions: role.actions.map(writtenAction) }),
  }));
  return version === 'v1' ? { ...body, roles: described } : { ...body, control: { grant: { roles: described } } };
}

/** Actions have no names but their own. */
const writtenAction = (action: string) => ({ id: action, display_name: action, description: action });
