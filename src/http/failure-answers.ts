import type { ZodType } from 'zod';
import type { Answer } from './openapi.ts';

/** How a door says failures, for the rows of its operations. */
export interface FailureForm<Status extends number> {
  readonly schema: ZodType;
  /** When each status is answered. */
  readonly sentences: Readonly<Record<Status, string>>;
  /** What every operation may answer. Default: 400, 401, 403 and 503. */
  readonly always?: readonly NoInfer<Status>[];
}

type Usual = 400 | 401 | 403 | 503;
const USUAL: readonly Usual[] = [400, 401, 403, 503];

/** @returns what an operation may answer when it fails, given the statuses that not every one has */
export function failureAnswersOf<Status extends number>(form: FailureForm<Status | Usual>) {
  const { schema, sentences, always = USUAL } = form;
  return (...further: readonly Status[]): Readonly<Record<number, Answer>> =>
    Object.fromEntries([...always, ...further].map((status) => [status, { description: sentences[status], schema }]));
}
