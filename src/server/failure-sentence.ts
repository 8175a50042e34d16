import { Problem } from '../problems/problem.ts';
import { WorkersFailed } from './workers/workers-failed.ts';

/**
 * @returns what an operator reads when a command could not be done: one sentence or a few, with what the answer to a client
 * would leave out, and never a stack
 */
export function failureSentence(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  if (failure instanceof WorkersFailed) return failure.message;
  const taken = takenAddress(failure);
  if (taken !== undefined) {
    return `Another process listens on ${taken}; give LATCHKEY_PORT or LATCHKEY_OPERATIONS_PORT another number, or 0.`;
  }
  const diagnostic = failure instanceof Problem ? failure.diagnostic : undefined;
  const details = [diagnostic, causeOf(failure)].filter((detail) => detail !== undefined && detail !== '');
  return `${failure.name}: ${failure.message}${details.length === 0 ? '' : ` (${details.join('; ')})`}`;
}

function takenAddress(failure: Error & { code?: string; address?: string; port?: number }): string | undefined {
  return failure.code === 'EADDRINUSE' ? `${failure.address}:${failure.port}` : undefined;
}

function causeOf({ cause }: Error): string | undefined {
  return cause instanceof Error ? cause.message : undefined;
}
