import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';

/** The paths of what the door says of itself, as the routes declare them. */
export const SERVICE_PATHS = { health: '/health-check', version: '/version', description: '/api/swagger' } as const;

const HEALTH = z
  .object({
    status: z.literal('zoran-api: OK'),
    uptime: z.number().describe('Seconds.'),
    uptimeFormatted: z.string().describe('Hours, minutes and seconds: `1:30:12`.'),
  })
  .meta({ id: 'TenantHealth' });

/** That it answers, as it is written. */
export type HealthRepresentation = z.input<typeof HEALTH>;

const COMMON = { method: 'GET', tags: ['Autonomous Identity'] } as const;
const OPEN = { ...COMMON, requires: 'nothing', security: [] } as const;

/** The rows of what the door says of itself. */
export const SERVICE_OPERATIONS: readonly Operation[] = [
  {
    ...OPEN,
    path: SERVICE_PATHS.health,
    operationId: 'autonomousIdentityHealth',
    summary: 'Ask whether the process answers',
    answers: { 200: { description: 'It does.', schema: HEALTH }, ...failureAnswers() },
  },
  {
    ...OPEN,
    path: SERVICE_PATHS.version,
    operationId: 'autonomousIdentityVersion',
    summary: 'Read which version of that API this is',
    answers: {
      200: { description: 'That of the API, not of this service.', schema: z.object({ version: z.string() }) },
      ...failureAnswers(),
    },
  },
  {
    ...COMMON,
    path: SERVICE_PATHS.description,
    operationId: 'autonomousIdentityDescription',
    requires: 'a token',
    security: ['bearer'],
    summary: 'Download the description of this door (OpenAPI 3.1)',
    answers: {
      200: { description: 'The document, as a file.', schema: z.looseObject({ openapi: z.string() }) },
      ...failureAnswers(),
    },
  },
];
