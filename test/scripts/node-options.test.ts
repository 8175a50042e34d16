import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { nodeOptionsOfService } from '../harness/node-options.ts';

const ROOT = join(import.meta.dirname, '..', '..');

describe('the options of Node', () => {
  it.each(['scripts/start', 'Dockerfile'])('when %s starts the service, then with those of npm start', async (path) => {
    const text = await readFile(join(ROOT, path), 'utf8');

    const options = nodeOptionsOfService();

    expect(options).not.toHaveLength(0);
    for (const option of options) expect(text).toContain(option);
  });
});
