import { Problem } from '../problems/problem.ts';

/** What a log tells of something that was thrown. */
export interface FailureFacts {
  readonly type: string;
  readonly message: string;
  /** The problem's code, or the driver's or Node's own. */
  readonly code?: string;
  readonly diagnostic?: string;
  readonly stack?: string;
  readonly cause?: FailureFacts;
}

/** Deepest chain of causes that is told. */
const MAXIMUM_CAUSES = 4;
/** Longest text that is told, in characters. */
const LONGEST = 4000;

/**
 * The facts of a failure, field by field. Nothing else that hangs on an error is told: libraries hang requests, bodies
 * and whole connections on theirs, and with them the caller's secrets.
 */
export function failureFacts(failure: unknown, depth = 0): FailureFacts {
  if (!(failure instanceof Error)) return { type: typeof failure, message: 'Something that is no Error was thrown.' };
  const code: unknown = 'code' in failure ? failure.code : undefined;
  const diagnostic = failure instanceof Problem ? failure.diagnostic : undefined;
  // A problem is raised on purpose, at a place that its code names: its stack tells nothing.
  const stack = failure instanceof Problem ? undefined : failure.stack;
  return {
    type: failure.name,
    message: failure.message.slice(0, LONGEST),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    ...(diagnostic === undefined ? {} : { diagnostic: diagnostic.slice(0, LONGEST) }),
    ...(stack === undefined ? {} : { stack: stack.slice(0, LONGEST) }),
    ...(failure.cause === undefined || depth >= MAXIMUM_CAUSES
      ? {}
      : { cause: failureFacts(failure.cause, depth + 1) }),
  };
}
