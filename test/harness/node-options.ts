import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = join(import.meta.dirname, '..', '..', 'package.json');

/**
 * The options of V8 that the service has in production, from `npm start`: what tests, drills and benches find out about its memory is
 * of no use with others. That `scripts/start` and the image have the same, test/scripts/node-options.test.ts asks.
 */
export function nodeOptionsOfService(): readonly string[] {
  const read: { scripts: { start: string } } = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  return read.scripts.start.split(' ').filter((word) => word.startsWith('--') && word !== '--import');
}
