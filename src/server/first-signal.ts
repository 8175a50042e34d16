const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Ends with the first SIGTERM or SIGINT; a second one ends the process at once. */
export function firstSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    const onSignal = (): void => {
      // Without a listener the next signal, whichever it is, does what it does to every process.
      for (const signal of SIGNALS) process.off(signal, onSignal);
      resolve(undefined);
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}
