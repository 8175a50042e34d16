import { banner } from '../banner.ts';
import { serve } from '../serve.ts';
import type { CommandParts } from './command-parts.ts';

/** Runs the service until SIGTERM or SIGINT; a second signal ends it at once. */
export async function serveCommand({ config, say }: CommandParts): Promise<number> {
  const service = await serve({ config });
  say(banner({ ...service, dataFolder: config.dataFolder }));
  await firstSignal();
  await service.stop();
  return 0;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = (): void => {
      // Without a listener the next signal, whichever it is, does what it does to every process.
      for (const signal of SIGNALS) process.off(signal, onSignal);
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}
