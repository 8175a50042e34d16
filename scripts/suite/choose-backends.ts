/** Every back-end that the tests can run on. */
export const BACKENDS = ['sqlite', 'mongo-redis'] as const;

/** The name of a back-end, as in `LATCHKEY_STORE`. */
export type Backend = (typeof BACKENDS)[number];

/** Which back-ends a run of the tests uses. */
export interface ChosenBackends {
  readonly chosen: readonly Backend[];
  readonly leftOut: readonly Backend[];
}

/**
 * @param text  of `TEST_BACKENDS`: names divided by commas; absent or empty is all of them
 * @throws Error  a name is unknown
 */
export function chooseBackends(text: string | undefined): ChosenBackends {
  const names = (text || BACKENDS.join(',')).split(',').map((name) => name.trim());
  const unknown = names.find((name) => !BACKENDS.some((backend) => backend === name));
  if (unknown !== undefined) throw new Error(`TEST_BACKENDS: '${unknown}' is none of ${BACKENDS.join(', ')}.`);
  return {
    chosen: BACKENDS.filter((backend) => names.includes(backend)),
    leftOut: BACKENDS.filter((backend) => !names.includes(backend)),
  };
}
