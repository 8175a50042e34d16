import { z } from 'zod';
import type { AbsentKind } from '../../accounts/absent-things.ts';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import { ACCOUNT_ID, PAGE_MEMBERS, PAGE_PARAMETERS } from './schemas.ts';

/** A list that is always empty. */
export interface EmptyList {
  readonly path: string;
  /** The member of the answer that has the rows. */
  readonly plural: string;
  readonly kind: AbsentKind;
  readonly operationId: string;
  readonly summary: string;
}

/** The lists that clients ask for first (IBM Cloud IAM Identity API, "Trusted profiles", "Templates"). */
export const EMPTY_LISTS: readonly EmptyList[] = [
  {
    ...{ path: '/v1/profiles', plural: 'profiles', kind: 'profile' },
    ...{ operationId: 'listProfiles', summary: 'List trusted profiles' },
  },
  {
    ...{ path: '/v1/profile_templates', plural: 'profile_templates', kind: 'template' },
    ...{ operationId: 'listProfileTemplates', summary: 'List templates of trusted profiles' },
  },
  {
    ...{ path: '/v1/account_settings_templates', plural: 'account_settings_templates', kind: 'template' },
    ...{ operationId: 'listAccountSettingsTemplates', summary: 'List templates of account settings' },
  },
  {
    ...{ path: '/v1/profile_assignments', plural: 'assignments', kind: 'template' },
    ...{ operationId: 'listTrustedProfileAssignments', summary: 'List assignments of templates of trusted profiles' },
  },
  {
    ...{ path: '/v1/account_settings_assignments', plural: 'assignments', kind: 'template' },
    ...{ operationId: 'listAccountSettingsAssignments', summary: 'List assignments of templates of account settings' },
  },
];

/** What is said of every attempt to make one, or to do something with one. */
export const NOT_SERVED: Readonly<Record<AbsentKind, string>> = {
  profile: 'Trusted profiles are not served: there are none, and none can be made.',
  template: 'Templates of profiles and settings are not served: there are none, and none can be made.',
};

/** Parameters of every empty list: those that say which page is wanted. From the others nothing follows. */
export const EMPTY_LIST_PARAMETERS = z.object({
  account_id: ACCOUNT_ID.optional(),
  pagesize: PAGE_PARAMETERS.pagesize,
  limit: PAGE_PARAMETERS.pagesize.removeDefault().optional().describe('The same, as the lists of templates have it.'),
  pagetoken: PAGE_PARAMETERS.pagetoken,
  order: PAGE_PARAMETERS.order,
});

/** The rows of the empty lists. */
export const EMPTY_LIST_OPERATIONS: readonly Operation[] = EMPTY_LISTS.map(
  ({ path, plural, kind, operationId, summary }) => ({
    ...{ method: 'GET', path, operationId, summary, description: `Always empty. ${NOT_SERVED[kind]}` },
    ...{ tags: ['Not served'], security: ['bearer'], requires: { action: `iam-identity.${kind}.list` } },
    parameters: { query: EMPTY_LIST_PARAMETERS },
    answers: {
      200: { description: 'An empty page.', schema: z.object({ ...PAGE_MEMBERS, [plural]: z.array(z.unknown()) }) },
      ...failureAnswers(),
    },
  }),
);
