import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../../src/config/read-settings.ts';

/** The wall clock of some processes, held by a test. */
export interface GivenClock {
  /** To be added to the settings of each process that shall have this clock. */
  readonly settings: Environment;
  /** What the clock shows now, integer milliseconds. */
  now(): number;
  /** Sets it forward or back; processes see it within 20 ms. */
  move(milliseconds: number): Promise<void>;
}

const PRELOAD = join(import.meta.dirname, 'set-clock.ts');

/** @returns a clock that is `offset` milliseconds ahead of this machine's and runs `rate` times as fast */
export async function givenClock({
  folder,
  name,
  offset = 0,
  rate = 1,
}: {
  readonly folder: string;
  readonly name: string;
  readonly offset?: number;
  readonly rate?: number;
}): Promise<GivenClock> {
  const file = join(folder, `${name}.clock`);
  let setting = { realAt: Date.now(), shownAt: Date.now() + offset, rate };
  const now = () => Math.floor(setting.shownAt + (Date.now() - setting.realAt) * setting.rate);
  const write = async () => {
    await writeFile(`${file}.new`, JSON.stringify(setting));
    await rename(`${file}.new`, file);
  };
  await write();
  return {
    settings: { NODE_OPTIONS: `--import=${PRELOAD}`, TEST_CLOCK_FILE: file },
    now,
    async move(milliseconds) {
      setting = { ...setting, realAt: Date.now(), shownAt: now() + milliseconds };
      await write();
    },
  };
}
