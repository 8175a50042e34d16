import { z } from 'zod';
import { textUpTo } from '../../http/text-schemas.ts';

const MOST_QUESTIONS = 100;

const ATTRIBUTES = z
  .record(textUpTo(100), textUpTo(1_000, 0))
  .refine((given) => Object.keys(given).length <= 50, 'is too large');

const QUESTION = z.object({
  requestId: textUpTo(200, 0).optional().describe('Echoed with the answer.'),
  subject: z.object({
    attributes: ATTRIBUTES.describe(
      '`id`: an iam id, of a service `crn-` and its CRN; `accountId`: in which account it acts. A service may also be told by `serviceName`, `serviceInstance`, `accountId`.',
    ),
  }),
  action: textUpTo(200),
  resource: z
    .union([z.object({ crn: textUpTo(1_000) }), z.object({ attributes: ATTRIBUTES })])
    .describe('A CRN, or attributes: `serviceName`, `serviceInstance`, `accountId`, `resourceGroupId`, …'),
  environment: z.unknown().optional().describe('Accepted and not looked at: the time is the service’s own.'),
});

/** The body of `POST /v2/authz` (modelled on public descriptions: it is no API for customers). */
export const QUESTIONS = z.array(QUESTION).min(1).max(MOST_QUESTIONS).meta({ id: 'AuthorizationQuestions' });

/** One question, as it is read. */
export type SentQuestion = z.output<typeof QUESTION>;

/** The answers, in the order of the questions. */
export const DECISIONS = z
  .object({
    responses: z.array(
      z.object({
        requestId: z.string().optional(),
        authorizationDecision: z.object({
          permitted: z.boolean(),
          obligation: z
            .object({
              actions: z.array(z.string()),
              maxCacheAgeSeconds: z.int(),
              subject: z.object({ attributes: z.record(z.string(), z.string()) }),
            })
            .optional()
            .describe('Only of what is permitted.'),
        }),
      }),
    ),
  })
  .meta({ id: 'AuthorizationDecisions' });

/** What stands in `DECISIONS`. */
export type DecisionsRepresentation = z.input<typeof DECISIONS>;
