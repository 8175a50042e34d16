import { banner } from '../banner.ts';
import { serve } from '../serve.ts';
import type { CommandParts } from './command-parts.ts';

/** Runs the service until SIGTERM or SIGINT; a second signal ends it at once. */
export async function serveCommand({ config, say }: CommandParts): Promise<number> {
  const service = await serve({ config });
  say(banner({ ...service, dataFolder: config.dataFolder }));
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  await service.stop();
  return 0;
}
