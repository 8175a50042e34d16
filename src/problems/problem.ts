import type { ProblemCode } from './problem-codes.ts';

/** What a problem says beside its sentence. */
export interface ProblemDetail {
  /** A second sentence for the caller: which field, which value is allowed, what to do. Never a secret. */
  readonly details?: string;
  /** For the log only: what a caller must not see. Never a secret, a token, a key or a digest. */
  readonly diagnostic?: string;
  readonly cause?: unknown;
}

/** The base of every problem this service raises on purpose. Anything else that is thrown is a 500. */
export abstract class Problem extends Error {
  /** Stable, lower snake case, never reused; one heading in docs/errors.md. */
  abstract readonly code: ProblemCode;
  /** For the caller, after the message; `undefined` when the message says it all. */
  readonly details: string | undefined;
  /** For the log only: what a caller must not see. */
  readonly diagnostic: string | undefined;

  constructor(message: string, { details, diagnostic, cause }: ProblemDetail = {}) {
    super(message, { cause });
    this.name = new.target.name;
    this.details = details;
    this.diagnostic = diagnostic;
  }
}
