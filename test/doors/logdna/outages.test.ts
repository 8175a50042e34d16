import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { logdnaDoor } from '../../../src/doors/logdna/door.ts';
import { newApp } from '../../../src/http/app.ts';
import { directRoutes } from '../../../src/http/direct-routes.ts';
import type { LogPlace } from '../../../src/ingestion/log-place.ts';
import { Overloaded, SpoolFull, StoreUnavailable } from '../../../src/problems/request-problems.ts';
import { caller } from '../../harness/http-call.ts';
import { opened } from '../../http/wire.ts';

/** What the door is built of besides, and does not touch here. */
// Safe: only routes that are not asked use it.
const NOTHING = {} as Omit<
  Parameters<typeof logdnaDoor>[0],
  'ingestion' | 'clientAddressOf' | 'keysInUrl' | 'direct' | 'onFailure'
>;

describe('POST /logs/ingest, while lines cannot be kept', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** 429 and every 4xx but this make agents throw the lines away. */
  it.each([
    ['the spool is full', new SpoolFull(), 'ServiceUnavailable'],
    ['it cannot be written', new StoreUnavailable(), 'ServiceUnavailable'],
    ['there is too much to do', new Overloaded('There is too much to do.'), 'ServiceUnavailable'],
  ])('when %s, then the answer is 503 with Retry-After, in the form of the door', async (_why, problem, code) => {
    const direct = directRoutes();
    const door = logdnaDoor({
      ...NOTHING,
      ingestion: {
        // Safe: the door hands the place on, and looks at nothing in it.
        authenticate: async () => ({}) as LogPlace,
        accept: () => Promise.reject(problem),
        arrivalAt: () => ({ receivedAt: 0, keyId: 'ApiKey-1', source: 'logdna' }),
      },
      clientAddressOf: () => '127.0.0.1',
      keysInUrl: false,
      direct,
      onFailure: () => {},
    });
    server = createServer(direct.before(newApp().use(door)));
    const call = caller(`http://127.0.0.1:${await opened(server)}`);

    const answer = await call('POST', '/logs/ingest', {
      json: { lines: [{ line: 'x' }] },
      headers: { apikey: '0'.repeat(32) },
    });

    expect([answer.status, answer.body.code, answer.body.status]).toEqual([503, code, 'error']);
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0);
  });
});
