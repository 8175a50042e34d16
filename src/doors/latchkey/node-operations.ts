import { z } from 'zod';
import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';

/** The path of the list of nodes, as the routes declare it. */
export const NODES_PATH = '/latchkey/v1/nodes';

const NODE = z
  .object({
    id: z.string().describe('A UUID of this one run of the process.'),
    answering: z
      .boolean()
      .describe('Whether this is the process that answers; what stands here of it is of this moment.'),
    version: z.string(),
    host_name: z.string().optional(),
    pid: z.int().optional(),
    worker: z.int().optional().describe('Its number among the workers of one start; absent when it serves alone.'),
    state: z.enum(['starting', 'serving', 'stopping', 'gone']).describe('`gone`: not heard of for 30 s.'),
    started_at: z.iso.datetime(),
    seen_at: z.iso.datetime().describe('When it last wrote of itself; it does every 10 s.'),
    position: z.string().optional().describe("Its place in the store's stream of changes; opaque."),
    lag_milliseconds: z
      .record(z.string(), z.int())
      .optional()
      .describe('By way: how long ago the newest of its own heartbeats that came back was sent; up to 250 is normal.'),
    lease: z
      .object({
        freshness: z.enum(['current', 'grace', 'lost']).describe('Whether it may believe its memory.'),
        background_work: z.boolean().describe('Whether it does the background work for all.'),
      })
      .optional(),
    live_set: z
      .object({ tokens: z.int(), generations: z.int(), filtered: z.int(), bytes: z.int() })
      .optional()
      .describe('How much of what was taken back it holds in memory.'),
  })
  .meta({ id: 'Node' });

const NODE_LIST = z.object({ nodes: z.array(NODE) }).meta({ id: 'NodeList' });

/** One process, as it is written. */
export type NodeRepresentation = z.input<typeof NODE>;

/** The rows of the list of nodes. */
export const NODE_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: NODES_PATH,
    operationId: 'listNodes',
    requires: { action: 'latchkey.node.list' },
    tags: ['Nodes'],
    security: ['bearer'],
    summary: 'List the processes that serve',
    description: "For the installation's operator. The longest running first.",
    answers: { 200: { description: 'Every process on record.', schema: NODE_LIST }, ...failureAnswers() },
  },
];
