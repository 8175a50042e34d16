import { z } from 'zod';
import { FLAG } from './schemas.ts';

/** Most ids of each kind in one request. */
const MOST_IDS = 100;

const flag = FLAG.describe('Whether to count them.');
const idList = z
  .string()
  .transform((text) => (text === '' ? [] : text.split(',')))
  .pipe(z.array(z.string().min(1).max(100)).max(MOST_IDS))
  .optional()
  .meta({ type: 'string', description: `Up to ${MOST_IDS} ids, separated by commas.` });

/** Parameters of `GET /v1/accounts/{id}/limits/identity` (IBM Cloud IAM Identity API). */
export const LIMIT_PARAMETERS = z.object({
  serviceid_groups: flag,
  serviceids_per_group: idList,
  profiles: flag,
  apikeys_per_identity: idList,
  templates: flag,
  template_versions_per_template: idList,
  idps: flag,
  claim_rules_per_group: idList,
  claim_rules_per_profile: idList,
  cr_links: flag,
  cr_links_per_profile: idList,
  cr_rules: flag,
  cr_rules_per_profile: idList,
});

/** What is asked for, in both ways. */
export type LimitRequest = z.output<typeof LIMIT_PARAMETERS>;

const bodyFlag = z.boolean().default(false);
const bodyIds = z.array(z.string().min(1).max(100)).max(MOST_IDS).optional();

/** The body of `POST /v1/accounts/{id}/limits/identity`, for who asks for many. */
export const LIMIT_BODY = z
  .object({
    serviceid_groups: bodyFlag,
    serviceids_per_group: bodyIds,
    profiles: bodyFlag,
    apikeys_per_identity: bodyIds,
    templates: bodyFlag,
    template_versions_per_template: bodyIds,
    idps: bodyFlag,
    claim_rules_per_group: bodyIds,
    claim_rules_per_profile: bodyIds,
    cr_links: bodyFlag,
    cr_links_per_profile: bodyIds,
    cr_rules: bodyFlag,
    cr_rules_per_profile: bodyIds,
  })
  .meta({ id: 'IdentityLimitsRequest' });

const LIMIT = z.int().describe('2147483647: there is no limit; 0: there is no such thing.');
const COUNT = z.object({ limit: LIMIT, count: z.int().optional() });
const counted = (member: string) => z.array(z.object({ [member]: z.string(), count: z.int() })).optional();

/** The limits of an account, and what was asked to be counted. */
export const LIMITS = z
  .object({
    serviceid_groups: COUNT,
    serviceids_per_group: z.object({ limit: LIMIT, serviceid_groups: counted('group_id') }),
    profiles: COUNT,
    apikeys_per_identity: z.object({ limit: LIMIT, identities: counted('iam_id') }),
    profile_templates: COUNT,
    account_settings_templates: COUNT,
    template_versions_per_template: z.object({ limit: LIMIT, templates: counted('template_id') }),
    idps: COUNT,
    claim_rules_per_group: z.object({ limit: LIMIT, access_groups: counted('group_id') }),
    claim_rules_per_profile: z.object({ limit: LIMIT, profiles: counted('profile_id') }),
    cr_links: COUNT,
    cr_links_per_profile: z.object({ limit: LIMIT, profiles: counted('profile_id') }),
    cr_rules: COUNT,
    cr_rules_per_profile: z.object({ limit: LIMIT, profiles: counted('profile_id') }),
  })
  .meta({ id: 'IdentityLimits' });

/** What stands in `LIMITS`. */
export type LimitsRepresentation = z.input<typeof LIMITS>;
