import { beforeEach, describe, expect, it } from '@jest/globals';
import { RequestMalformed, StoreUnavailable } from '../../src/problems/request-problems.ts';
import { type LogLevel, newLogger } from '../../src/telemetry/logger.ts';
import { requestLog } from '../../src/telemetry/request-log.ts';

const KEY = `lk_${'Ab1_'.repeat(12)}`;
const JWT = 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl-_';

describe('newLogger', () => {
  let lines: string[];
  beforeEach(() => {
    lines = [];
  });
  const givenLogger = (level: LogLevel = 'info') =>
    newLogger({ level, destination: { write: (line) => lines.push(line) } });
  const logged = () => lines.map((line) => JSON.parse(line));

  it('given an event, when it is logged, then it is one line of JSON with the instant in UTC', () => {
    givenLogger().info({ port: 8080 }, 'listening');

    expect(lines).toHaveLength(1);
    expect(logged()[0]).toMatchObject({ level: 'info', msg: 'listening', port: 8080, service: 'latchkey' });
    expect(logged()[0].time).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
  });

  it.each([
    'authorization',
    'cookie',
    'set-cookie',
    'x-api-key',
    'x-api-secret',
    'iam-apikey',
    'servicekey',
    'ingestionkey',
    'apikey',
    'token',
    'access_token',
    'refresh_token',
    'password',
    'current_password',
    'client_secret',
    'secret',
    'digest',
    'pepper',
  ])('given a member named %s, when it is logged at any of three levels, then its value is gone', (name) => {
    givenLogger().info(
      { [name]: 'hidden0', body: { [name]: 'hidden1' }, request: { headers: { [name]: 'hidden2' } } },
      'x',
    );

    expect(lines.join()).not.toContain('hidden');
    expect(logged()[0].request.headers[name]).toBe('[redacted]');
  });

  it.each([
    ['a key in a message', (log: ReturnType<typeof givenLogger>) => log.info(`got ${KEY}`)],
    [
      'a key under another name',
      (log: ReturnType<typeof givenLogger>) => log.info({ deep: { er: { and: { deeper: KEY } } } }, 'x'),
    ],
    ['a token in an error', (log: ReturnType<typeof givenLogger>) => log.error({ err: new Error(`bad ${JWT}`) }, 'x')],
    [
      'credentials in a list',
      (log: ReturnType<typeof givenLogger>) => log.info({ rawHeaders: ['X', `Basic ${'QUJD'.repeat(20)}`] }, 'x'),
    ],
    ['a key in a child’s binding', (log: ReturnType<typeof givenLogger>) => log.child({ note: `k=${KEY}` }).info('x')],
  ])('given %s, when it is logged, then it is taken out of the line', (_what, write) => {
    write(givenLogger());

    expect(lines.join()).not.toContain(KEY.slice(3, 19));
    expect(lines.join()).not.toContain('eyJ');
    expect(lines.join()).not.toContain('QUJDQUJD');
    expect(logged()).toHaveLength(1);
  });

  /** Log injection (R36): a name must not be able to forge a line or to speak to the terminal. */
  it('given names with line breaks and terminal codes, when they are logged, then it is one line without any', () => {
    const name = 'x\r\n{"level":"info","msg":"forged"}\u001b[2J\u009b31m\u007f\u2028';

    givenLogger().warn({ name, [name]: 1, err: new RequestMalformed(name) }, name);

    const [line = ''] = lines;
    expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(logged()[0].name).toBe(name);
  });

  it('given an error with a request and a body on it, when it is logged, then only its facts are', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), {
      code: 'ECONNREFUSED',
      config: { data: 'hidden' },
    });
    const failure = Object.assign(new StoreUnavailable({ diagnostic: 'primary lost', cause }), {
      body: 'hidden',
      request: {},
    });

    givenLogger().error({ err: failure }, 'x');

    expect(logged()[0].err).toMatchObject({
      type: 'StoreUnavailable',
      code: 'store_unavailable',
      diagnostic: 'primary lost',
      cause: { type: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
    });
    expect(lines.join()).not.toContain('hidden');
  });

  it('given something that is no error or that causes itself, when it is logged, then that is no failure', () => {
    const circle = new Error('circle');
    circle.cause = circle;

    givenLogger().error({ err: circle }, 'x');
    givenLogger().error({ err: 'hidden text' }, 'x');

    expect(logged()).toHaveLength(2);
    expect(lines[1]).not.toContain('hidden');
  });
});

/** Hurried people take a key for its id, and send it in a path: what follows `keys/` and may be one is not written down. */
it.each(['0123456789abcdef'.repeat(2), '0123456789ABCDEF'.repeat(2), '0123456789abcdef'.repeat(4)])(
  'given the key %s in a path, when the request is logged, then the key is taken out',
  (key) => {
    const lines: string[] = [];
    const logger = newLogger({ level: 'info', destination: { write: (line) => lines.push(line) } });

    logger.info({ path: `/keys/${key}` }, 'x');
    logger.info({ path: `/latchkey/v1/apikeys/${key}/disable` }, 'x');

    expect(lines.join()).not.toContain(key.slice(0, 16));
  },
);

describe('requestLog', () => {
  const answered = { method: 'GET', url: '/x?apikey=hidden', milliseconds: 1.23456, transactionId: 't' };
  const linesAt = (level: LogLevel, status: number, failure?: unknown) => {
    const lines: string[] = [];
    const log = requestLog(newLogger({ level, destination: { write: (line) => lines.push(line) } }));
    log({ ...answered, status, failure });
    return lines;
  };

  it.each([200, 204, 302, 400, 404, 429])(
    'given status %d, when it is answered, then it is told at debug only',
    (status) => {
      expect(linesAt('info', status)).toEqual([]);
      expect(linesAt('debug', status)).toHaveLength(1);
    },
  );

  it('given a failure of ours, when it is answered, then that is a warning with what the caller did not see', () => {
    const [line = ''] = linesAt('info', 503, new StoreUnavailable({ diagnostic: 'primary lost' }));

    expect(JSON.parse(line)).toMatchObject({
      level: 'warn',
      method: 'GET',
      path: '/x',
      status: 503,
      milliseconds: 1.235,
      transactionId: 't',
      err: { code: 'store_unavailable', diagnostic: 'primary lost' },
    });
    expect(line).not.toContain('hidden');
  });
});
