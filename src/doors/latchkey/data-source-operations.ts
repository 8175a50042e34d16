import { z } from 'zod';
import { holdsNoSecret, isBounded, isPlainText, LONGEST_SETTINGS } from '../../data-sources/plain-settings.ts';
import { wholeNumber } from '../../http/number-schemas.ts';
import type { Operation } from '../../http/openapi.ts';
import { textUpTo } from '../../http/text-schemas.ts';
import { failureAnswers } from './failure-answers.ts';

/** The paths of data sources, as the routes declare them. */
export const DATA_SOURCE_PATHS = {
  all: '/latchkey/v1/data_sources',
  one: '/latchkey/v1/data_sources/:data_source_id',
} as const;

/** Most names in the settings of one part. */
const MOST_NAMES = 50;

const settings = (what: string) =>
  z
    .record(
      z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
      z
        .record(z.string(), z.unknown())
        .refine(
          isPlainText,
          'must hold text without control characters, also without those of the direction of writing',
        ),
    )
    .refine((named) => Object.keys(named).length <= MOST_NAMES, `must have at most ${MOST_NAMES} names`)
    .refine(isBounded, `must take at most ${LONGEST_SETTINGS} characters as JSON`)
    .refine(holdsNoSecret, 'must not hold a password, token or other secret')
    .describe(
      `${what} An object for each name; together at most ${LONGEST_SETTINGS} characters as JSON. Never secrets: whoever may search data sources reads it.`,
    );

const NAME = textUpTo(180);
const SYNC_TYPE = z.enum(['full', 'incremental']);
const ICON = textUpTo(64).describe('The name of a picture.');
const ENTITY_TYPES = settings('What it brings: by the name of a kind of record, where it is.');
const CONNECTION_SETTINGS = settings('By the kind of connection, how it is read.');

/** The body of `POST /latchkey/v1/data_sources`. */
export const NEW_DATA_SOURCE = z
  .object({
    name: NAME,
    sync_type: SYNC_TYPE.default('full'),
    icon: ICON.default('apps'),
    is_active: z.boolean().default(true),
    entity_types: ENTITY_TYPES.default({}),
    connection_settings: CONNECTION_SETTINGS.default({}),
  })
  .meta({ id: 'NewDataSource' });

/** The body of `PATCH /latchkey/v1/data_sources/{id}`: what is absent stays; an object is replaced as a whole. */
export const DATA_SOURCE_CHANGE = z
  .object({
    name: NAME.optional(),
    sync_type: SYNC_TYPE.optional(),
    icon: ICON.optional(),
    is_active: z.boolean().optional(),
    entity_types: ENTITY_TYPES.optional(),
    connection_settings: CONNECTION_SETTINGS.optional(),
  })
  .meta({ id: 'DataSourceChange' });

const DATA_SOURCE = z
  .object({
    id: z.uuid(),
    name: z.string(),
    sync_type: SYNC_TYPE,
    icon: z.string(),
    is_active: z.boolean(),
    entity_types: z.record(z.string(), z.unknown()),
    connection_settings: z.record(z.string(), z.unknown()),
    created_at: z.iso.datetime(),
    created_by: z.string(),
    modified_at: z.iso.datetime(),
  })
  .meta({ id: 'DataSource' });

/** A data source, as it is written. */
export type DataSourceRepresentation = z.input<typeof DATA_SOURCE>;

/** Parameters of the list. */
export const DATA_SOURCE_LIST_PARAMETERS = z.object({
  limit: wholeNumber({ least: 1, most: 100, usual: 100 }),
  cursor: z.string().optional().describe('As it stands in `next`.'),
});

const DATA_SOURCE_LIST = z
  .object({ data_sources: z.array(DATA_SOURCE), next: z.string().optional().describe('Absent on the last page.') })
  .meta({ id: 'DataSourceList' });

const ONE = z.object({ data_source_id: z.string() });
const COMMON = { tags: ['Data sources'], security: ['bearer'] } as const;
const WHO = 'Needs the role Administrator of the IAM identity service.';
const requiring = (verb: string) => ({ action: `iam-identity.datasource.${verb}` });
const requiringOfOwn = (verb: string) => ({ ...requiring(verb), of: 'the account of the token' }) as const;

/** The rows of data sources. */
export const DATA_SOURCE_OPERATIONS: readonly Operation[] = [
  {
    ...COMMON,
    method: 'GET',
    path: DATA_SOURCE_PATHS.all,
    operationId: 'listDataSources',
    requires: requiringOfOwn('list'),
    summary: 'List the data sources of the account',
    description: `${WHO} In the order of their creation.`,
    parameters: { query: DATA_SOURCE_LIST_PARAMETERS },
    answers: { 200: { description: 'One page of data sources.', schema: DATA_SOURCE_LIST }, ...failureAnswers() },
  },
  {
    ...COMMON,
    method: 'POST',
    path: DATA_SOURCE_PATHS.all,
    operationId: 'createDataSource',
    requires: requiringOfOwn('create'),
    summary: 'Make a data source',
    description: `${WHO} The programs of the tenant find it at \`/jas/datasource/search\`.`,
    body: { schema: NEW_DATA_SOURCE },
    answers: { 201: { description: 'The data source.', schema: DATA_SOURCE }, ...failureAnswers(409, 413, 415) },
  },
  {
    ...COMMON,
    method: 'GET',
    path: DATA_SOURCE_PATHS.one,
    operationId: 'getDataSource',
    requires: requiring('get'),
    summary: 'Read a data source',
    description: WHO,
    parameters: { path: ONE },
    answers: { 200: { description: 'The data source.', schema: DATA_SOURCE }, ...failureAnswers(404) },
  },
  {
    ...COMMON,
    method: 'PATCH',
    path: DATA_SOURCE_PATHS.one,
    operationId: 'updateDataSource',
    requires: requiring('update'),
    summary: 'Change a data source',
    description: `${WHO} What is absent stays as it is; \`entity_types\` and \`connection_settings\` are replaced as a whole.`,
    parameters: { path: ONE },
    body: { schema: DATA_SOURCE_CHANGE },
    answers: {
      200: { description: 'The data source as it is now.', schema: DATA_SOURCE },
      ...failureAnswers(404, 409, 413, 415),
    },
  },
  {
    ...COMMON,
    method: 'DELETE',
    path: DATA_SOURCE_PATHS.one,
    operationId: 'deleteDataSource',
    requires: requiring('delete'),
    summary: 'Delete a data source',
    description: WHO,
    parameters: { path: ONE },
    answers: { 204: { description: 'It is gone.' }, ...failureAnswers(404, 409) },
  },
];
