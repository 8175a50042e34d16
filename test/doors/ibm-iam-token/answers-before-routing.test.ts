import { createServer, type RequestListener } from 'node:http';
import { expect, it } from '@jest/globals';
import { refuseInTokenForm, refuseWhileStarting } from '../../../src/doors/ibm-iam-token/refusals.ts';
import { opened } from '../../http/wire.ts';

const REFUSALS: readonly [string, RequestListener, RegExp][] = [
  ['has too much to do', refuseInTokenForm, /more work than it can finish/],
  ['is starting', refuseWhileStarting, /is starting/],
];

it.each(REFUSALS)(
  'given a service that %s, when it is asked, then 503 says so, when to come again, and which call it was',
  async (_why, refuse, message) => {
    const server = createServer(refuse);
    const url = `http://127.0.0.1:${await opened(server)}/v1/apikeys`;

    const answers = [await fetch(url, { headers: { 'Transaction-Id': 'mine' } }), await fetch(url)];
    server.close();

    expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
      [503, '1'],
      [503, '1'],
    ]);
    const [own, ours] = answers.map(({ headers }) => headers.get('transaction-id'));
    expect(own).toBe('mine');
    expect(ours).toMatch(/^[0-9a-f-]{36}$/);
    expect(await answers[0]?.json()).toMatchObject({
      errorCode: 'BXNIM0050E',
      errorMessage: expect.stringMatching(message),
    });
  },
);
