import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type Answer, caller } from '../harness/http-call.ts';
import { freePort } from '../harness/servers/free-port.ts';
import { serviceProcesses } from '../harness/service-process.ts';

describe('a service that is not ready yet', () => {
  const processes = serviceProcesses();
  afterAll(processes.removeAll);

  describe('given a store that lets nobody write', () => {
    it('when it is asked, then it is 503 with Retry-After; when the store is free again, it serves', async () => {
      const dataFolder = join(await processes.folder(), 'data');
      expect(await processes.run(['migrate'], { dataFolder })).toMatchObject({ exitCode: 0 });
      const holder = new DatabaseSync(join(dataFolder, 'latchkey.sqlite'));
      holder.exec('BEGIN IMMEDIATE');
      const port = await freePort();
      const call = caller(`http://127.0.0.1:${port}`);
      const form = { grant_type: 'apikey', apikey: 'lk_any' };

      const begun = processes.begin({ dataFolder, settings: { LATCHKEY_PORT: String(port) } });
      const early = await firstAnswer(() => call('POST', '/identity/token', { form }));
      const keys = await call('GET', '/identity/keys');
      holder.exec('ROLLBACK');
      holder.close();
      const later = await firstAnswer(async () => {
        const answer = await call('GET', '/identity/keys');
        if (answer.status === 503) throw new Error('not ready');
        return answer;
      });

      expect([early.status, keys.status]).toEqual([503, 503]);
      expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(early.body.errorCode).toMatch(/^BXNIM/);
      expect(early.body.errorMessage).toContain('is starting');
      expect(early.headers.get('transaction-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(later.status).toBe(200);
      begun.signal('SIGTERM');
      expect(await begun.ended).toMatchObject({ exitCode: 0 });
    });
  });
});

async function firstAnswer(ask: () => Promise<Answer>): Promise<Answer> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
