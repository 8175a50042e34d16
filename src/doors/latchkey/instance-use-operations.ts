import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';

/** The path of the use of an instance, as the route declares it. */
export const INSTANCE_USE_PATH = '/latchkey/v1/instances/:guid/use';

const INSTANCE_USE = z
  .object({
    instance_crn: z.string(),
    requests: z.int(),
    lines: z.int(),
    bytes: z.int().describe('Of the lines as they are kept.'),
    last_used_at: z.iso.datetime().optional().describe('Absent: nothing was sent, as far as is known.'),
  })
  .meta({ id: 'InstanceUse' });

/** The use of an instance, as it is written. */
export type InstanceUseRepresentation = z.input<typeof INSTANCE_USE>;

/** The row of the use of an instance. */
export const INSTANCE_USE_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: INSTANCE_USE_PATH,
    operationId: 'getInstanceUse',
    requires: { action: 'resource-controller.instance.retrieve' },
    tags: ['Log lines'],
    security: ['bearer'],
    summary: 'Read how many log lines and bytes were sent to an instance',
    description: 'Since it was made, up to some seconds ago, by whatever key or token; also of a removed instance.',
    parameters: { path: z.object({ guid: z.string() }) },
    answers: { 200: { description: 'Its use.', schema: INSTANCE_USE }, ...failureAnswers(404) },
  },
];
