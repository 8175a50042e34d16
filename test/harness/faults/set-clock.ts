/**
 * Loaded before a service (`NODE_OPTIONS=--import`): its wall clock is read from a file, so that a drill can set the clock
 * of one process, let it go wrong and move it on. Monotonic time is left alone, as on a machine whose clock is set.
 */
import { readFileSync } from 'node:fs';

interface ClockSetting {
  /** This instant of the real clock … */
  readonly realAt: number;
  /** … is shown as this one. */
  readonly shownAt: number;
  /** How many seconds pass on it in one. */
  readonly rate: number;
}

const READ_MILLISECONDS = 20;

const path = process.env['TEST_CLOCK_FILE'];
if (path !== undefined) {
  const RealDate = Date;
  const realNow = Date.now.bind(Date);
  // Only drills write this file.
  const read = (): ClockSetting => JSON.parse(readFileSync(path, 'utf8')) as ClockSetting;
  let setting = read();
  setInterval(() => {
    try {
      setting = read();
    } catch {
      // It is being written.
    }
  }, READ_MILLISECONDS).unref();
  const now = (): number => Math.floor(setting.shownAt + (realNow() - setting.realAt) * setting.rate);
  class ShownDate extends RealDate {
    constructor(...given: []) {
      // Without arguments: now; else whatever the real one makes of them.
      if (given.length === 0) super(now());
      else super(...given);
    }
    static override now(): number {
      return now();
    }
  }
  globalThis.Date = ShownDate as DateConstructor; // It has all that the real one has, by inheritance.
}
