import { describe } from '@jest/globals';
import { BACKENDS, type Backend } from './backends.ts';

/**
 * `describe` for what one back-end alone can show. A run without that back-end leaves it out: `scripts/run-tests.ts` says so
 * loudly, and in CI such a run fails.
 */
export function describeOn(backend: Backend, name: string, define: () => void): void {
  (BACKENDS.includes(backend) ? describe : describe.skip)(name, define);
}
