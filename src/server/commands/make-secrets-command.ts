import { join } from 'node:path';
import { MASTER_KEY_RING, PEPPER_RING } from '../../secrets/key-ring.ts';
import { keyRingFromFile } from '../../secrets/key-ring-file.ts';
import type { CommandParts } from './command-parts.ts';

/**
 * Makes the pepper and the master key as files of one folder, each only where there is none: any number of starters end
 * with the same two. It reads no settings, because with MongoDB they cannot be complete before these files are there.
 */
export async function makeSecretsCommand({ say }: Pick<CommandParts, 'say'>, folder: string): Promise<number> {
  for (const kind of [PEPPER_RING, MASTER_KEY_RING]) {
    const { current } = await keyRingFromFile({ folder, kind, mayCreate: true });
    say(`${kind.name} ${current.id}: ${join(folder, kind.name)}`);
  }
  return 0;
}
