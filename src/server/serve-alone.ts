import { banner } from './banner.ts';
import type { CommandParts } from './commands/command-parts.ts';
import { firstSignal } from './first-signal.ts';
import { serve } from './serve.ts';

/** Runs the service in this process alone until SIGTERM or SIGINT. @returns the exit code */
export async function serveAlone({ config, say }: CommandParts): Promise<number> {
  const service = await serve({ config });
  say(banner({ ...service, dataFolder: config.dataFolder }));
  await firstSignal();
  await service.stop();
  return 0;
}
