import { homedir } from 'node:os';
import { join } from 'node:path';

/** @returns the folder outside the repository where downloads for the tests are kept; it may not exist yet */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'latchkey');
}
