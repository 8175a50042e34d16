import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WIDGETS } from '../contract/contract-collections.ts';
import { eventually } from '../contract/eventually.ts';
import { givenSqliteStore, type SqliteStoreUnderTest } from './given-sqlite-store.ts';

const WRITER = join(import.meta.dirname, 'committing-process.ts');
const ANSWERS = 100;

describe('an embedded store of two processes', () => {
  let subject: SqliteStoreUnderTest;
  beforeEach(async () => {
    subject = await givenSqliteStore();
  });
  afterEach(() => subject.dispose());

  it('when the other commits and is killed, then all it answered was seen at once, is kept, and nothing is half-made', async () => {
    const reader = subject.store.read(WIDGETS);
    const watched = new Set<string>();
    await subject.store.watch([WIDGETS], ({ id }) => watched.add(id));
    // A row that was read: had the cache not noticed the other process, nothing else would show it.
    await reader.get('none');
    const writer = spawn(process.execPath, [WRITER, subject.file], { stdio: ['ignore', 'pipe', 'inherit'] });
    const answered: string[] = [];

    for await (const line of createInterface({ input: writer.stdout })) {
      const ids = line.split(' ');
      answered.push(...ids);
      for (const id of ids) expect((await reader.get(id))?.id).toBe(id);
      if (answered.length >= 2 * ANSWERS) break;
    }
    const ended = once(writer, 'exit');
    writer.kill('SIGKILL');
    await ended;

    const reopened = (await subject.another()).read(WIDGETS);
    for (const id of answered) expect((await reopened.get(id))?.id).toBe(id);
    expect((await reopened.count('byOwner', ['pairs'], 100_000)) % 2).toBe(0);
    await eventually(() => expect(answered.filter((id) => !watched.has(id))).toEqual([]));
  });
});
