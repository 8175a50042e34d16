import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import { FAILURE_ANSWERS } from './failure-answers.ts';

/** Before every path of some tenants, and of others not: clients try both. */
export const PREFIXES = ['', '/HEAT'] as const;

/** The paths below one of the prefixes, as the routes declare them. */
export const pathsBelow = (prefix: (typeof PREFIXES)[number]) =>
  ({
    metadata: `${prefix}/api/odata/$metadata`,
    objectMetadata: `${prefix}/api/odata/:business_object/$metadata`,
    whoAmI: `${prefix}/api/rest/whoami`,
  }) as const;

/** The query of `GET /api/rest/whoami`: both or neither. */
export const QUESTION = z.object({
  action: textUpTo(200).optional().describe('May the caller do this, such as `logs.data-access.read` …'),
  resource: textUpTo(1_000).optional().describe('… to the thing of this CRN?'),
});

const SELF = z
  .object({
    tenant: z.object({ id: z.string(), tenant_id: z.string(), name: z.string() }),
    user: z
      .object({ id: z.string(), name: z.string(), email: z.string().optional() })
      .describe('As whom the key acts.'),
    in_role: z.string().optional().describe('The CRN of the role; absent: all that the user may.'),
    key: z.object({ id: z.string(), description: z.string() }).optional().describe('Absent with a bearer token.'),
    allowed: z.boolean().optional().describe('The answer to `action` and `resource`.'),
  })
  .meta({ id: 'RestSelf' });

/** Who asks, as it is written. */
export type SelfRepresentation = z.input<typeof SELF>;

const XML = 'application/xml';
const COMMON = { tags: ['REST API keys'], security: ['restApiKey', 'bearer'], requires: 'a token' } as const;
const METADATA = { description: 'CSDL 4.01.', schema: z.string(), mediaType: XML };

const rowsBelow = (prefix: (typeof PREFIXES)[number]): readonly Operation[] => {
  const { metadata, objectMetadata, whoAmI } = pathsBelow(prefix);
  const suffix = prefix === '' ? '' : 'WithPrefix';
  return [
    {
      ...COMMON,
      method: 'GET',
      path: metadata,
      operationId: `getRestMetadata${suffix}`,
      summary: 'Read what the OData service is made of',
      description: 'There are no business objects; it proves that the key is good.',
      answers: { 200: METADATA, ...FAILURE_ANSWERS },
    },
    {
      ...COMMON,
      method: 'GET',
      path: objectMetadata,
      operationId: `getRestObjectMetadata${suffix}`,
      summary: 'The same, as clients ask for one business object',
      parameters: { path: z.object({ business_object: z.string() }) },
      answers: { 200: METADATA, ...FAILURE_ANSWERS },
    },
    {
      ...COMMON,
      method: 'GET',
      path: whoAmI,
      operationId: `getRestSelf${suffix}`,
      summary: 'As whom, and in which role, does the key act, and may it do something?',
      parameters: { query: QUESTION },
      answers: { 200: { description: 'Who asks.', schema: SELF }, ...FAILURE_ANSWERS },
    },
  ];
};

/** Everything that this door serves, for the OpenAPI document. */
export const operations: readonly Operation[] = PREFIXES.flatMap(rowsBelow);
