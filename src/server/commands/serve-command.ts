import type { CommandParts } from './command-parts.ts';

/**
 * Runs the service until SIGTERM or SIGINT; a second signal ends it at once. What each manner needs is loaded only for it:
 * the process that looks after workers serves nothing itself.
 */
export async function serveCommand(parts: CommandParts): Promise<number> {
  if (parts.config.workers === 1) return (await import('../serve-alone.ts')).serveAlone(parts);
  const { default: cluster } = await import('node:cluster');
  if (cluster.isPrimary) return (await import('../workers/primary-process.ts')).runPrimary(parts);
  return (await import('../workers/worker-process.ts')).runWorker(parts.config);
}
