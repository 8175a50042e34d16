import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileSpool } from '../../src/spool-files/open-file-spool.ts';
import { describeSpoolContract } from '../contract/spool-contract.ts';

describeSpoolContract('files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-spool-'));
  return {
    open: (bounds, clock) => openFileSpool({ folder, clock, bounds }),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
});
