import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsTable } from '../src/config/describe-settings.ts';
import { accessMatrixTable } from './docs/access-matrix.ts';
import { keyKindTable } from './docs/key-kind-table.ts';
import { withMarkedBlock } from './docs/marked-blocks.ts';

/**
 * Writes the parts of docs/ that are made from the code, between their marks. With `--check` it writes nothing and fails
 * when a page is behind the code. To add a part: its marks in the page and a row here.
 */
const PARTS = [
  { page: 'docs/operations.md', name: 'settings', write: settingsTable },
  { page: 'docs/security.md', name: 'access-matrix', write: accessMatrixTable },
  { page: 'docs/key-kinds.md', name: 'key-kinds', write: keyKindTable },
] as const;

const ROOT = join(import.meta.dirname, '..');
const onlyCheck = process.argv.includes('--check');

for (const { page, name, write } of PARTS) {
  try {
    const path = join(ROOT, page);
    const written = readFileSync(path, 'utf8');
    const wanted = withMarkedBlock(written, name, write());
    if (wanted === written) continue;
    if (onlyCheck) throw new Error(`the part '${name}' is behind the code: run npm run docs:write`);
    writeFileSync(path, wanted);
    console.log(`${page}: wrote the part '${name}'`);
  } catch (error) {
    console.error(`${page}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
