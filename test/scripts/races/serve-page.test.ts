import { afterEach, describe, expect, it } from '@jest/globals';
import type { Race } from '../../../scripts/races/race.ts';
import { type RacePage, serveRacePage } from '../../../scripts/races/serve-page.ts';
import { sendRaw } from '../../http/wire.ts';

let served: RacePage | undefined;
afterEach(() => served?.close());

describe('serveRacePage', () => {
  /** A page of another site may ask for any path; what it asks for must not end the race in its terminal. */
  it('given a path that is no path, when it is asked for, then the answer is 400, and the page goes on', async () => {
    const race: Race = {
      description: '',
      lanes: [],
      rounds: [],
      run: () => Promise.reject(new Error()),
      close: async () => {},
    };
    served = await serveRacePage(race, 0);
    const { host, port } = new URL(served.url);

    const answer = await sendRaw(Number(port), `GET // HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

    expect(answer.status).toBe(400);
    expect((await fetch(served.url)).status).toBe(200);
  });
});
