import { describe, expect, it } from '@jest/globals';
import { publicUrlAt } from '../../src/config/config.ts';
import { ConfigProblems } from '../../src/config/config-problems.ts';
import { readConfig } from '../../src/config/read-config.ts';
import type { Environment } from '../../src/config/read-settings.ts';

const SECRET = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64');
const OTHER_SECRET = Buffer.from('fedcba9876543210fedcba9876543210').toString('base64');
const SERVERS = {
  LATCHKEY_STORE: 'mongo-redis',
  LATCHKEY_MONGO_URL: 'mongodb://user:hunter2@a:27017,b:27017/latchkey?replicaSet=rs0',
  LATCHKEY_REDIS_URL: 'redis://127.0.0.1:6379',
  LATCHKEY_PEPPER: SECRET,
  LATCHKEY_MASTER_KEY: OTHER_SECRET,
  LATCHKEY_PUBLIC_URL: 'https://keys.example.com',
};

const FILES: Readonly<Record<string, string>> = {
  '/run/pepper': `${SECRET}\n`,
  '/run/level': 'debug\r\n',
  '/run/tls.crt': 'certificate',
  '/run/tls.key': 'key',
};

function readTextFile(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
  return text;
}

const configOf = (environment: Environment) => readConfig(environment, readTextFile);

function problemsOf(environment: Environment): readonly string[] {
  try {
    configOf(environment);
  } catch (error) {
    if (error instanceof ConfigProblems) return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  describe('given an environment without a name of ours', () => {
    it('when it is read, then every default holds', () => {
      expect(configOf({ PATH: '/bin', LATCHKEY_TEST_MONGO_URL: 'x' })).toEqual({
        host: '127.0.0.1',
        workers: 1,
        port: 8080,
        publicUrl: undefined,
        operationsHost: '127.0.0.1',
        operationsPort: 9090,
        dataFolder: './data',
        store: { kind: 'sqlite', pepper: undefined, masterKey: undefined },
        bootstrap: 'auto',
        signingAlgorithm: 'RS256',
        signingKeyRotationDays: 90,
        jwksMaxAgeSeconds: 300,
        anonymousIntrospection: true,
        ...{ ingestionKeysInUrl: false, restApiKeysInUrl: false, apiTokensInUrl: false },
        ...{ failedExchangesPerMinute: 20, logReadsPerMinute: 3_600 },
        trustedProxies: [],
        tls: undefined,
        logLines: { retentionMilliseconds: 604_800_000, limitBytes: 268_435_456, sink: undefined },
        logLevel: 'info',
      });
    });

    it('when its answer is changed, then the change is refused, at every depth', () => {
      const config = configOf({ LATCHKEY_TRUSTED_PROXIES: '10.0.0.1' });

      expect(Object.isFrozen(config)).toBe(true);
      expect(Object.isFrozen(config.store)).toBe(true);
      expect(Object.isFrozen(config.trustedProxies)).toBe(true);
    });
  });

  describe('given the settings of MongoDB and Redis', () => {
    it('when they are complete, then the store has all of them and nothing is bootstrapped by itself', () => {
      const { store, bootstrap } = configOf(SERVERS);

      expect(store).toMatchObject({ kind: 'mongo-redis', redisUrl: 'redis://127.0.0.1:6379' });
      expect(store.pepper?.current.bytes.toString('base64')).toBe(SECRET);
      expect(bootstrap).toBe('off');
    });

    it('when only STORE is given, then each of the five is asked for, and how to make a secret is said', () => {
      const problems = problemsOf({ LATCHKEY_STORE: 'mongo-redis' });

      expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
        'LATCHKEY_MONGO_URL',
        'LATCHKEY_REDIS_URL',
        'LATCHKEY_PEPPER',
        'LATCHKEY_MASTER_KEY',
        'LATCHKEY_PUBLIC_URL',
      ]);
      expect(problems[2]).toContain('openssl rand -base64 32');
    });

    it('when STORE is forgotten, then the addresses without effect are refused', () => {
      const { LATCHKEY_STORE: _forgotten, ...rest } = SERVERS;

      expect(problemsOf(rest)).toEqual([
        'LATCHKEY_MONGO_URL has no effect with LATCHKEY_STORE=sqlite; remove one of the two.',
        'LATCHKEY_REDIS_URL has no effect with LATCHKEY_STORE=sqlite; remove one of the two.',
      ]);
    });
  });

  describe('given rings', () => {
    it('when two values have ids, then the first is current and the second retired', () => {
      const { store } = configOf({ LATCHKEY_PEPPER: `new:${SECRET},old:${OTHER_SECRET}` });

      expect(store.pepper).toMatchObject({ current: { id: 'new' }, retired: [{ id: 'old' }] });
    });

    it('when a config is serialised, then no ring shows its bytes', () => {
      const text = JSON.stringify(configOf({ LATCHKEY_PEPPER: SECRET, LATCHKEY_MASTER_KEY: OTHER_SECRET }));

      expect(text).not.toContain(SECRET);
      expect(text).not.toContain('bytes');
    });

    it.each([
      ['LATCHKEY_PEPPER', Buffer.alloc(31, 'ab').toString('base64'), 'has 31 bytes; it must have 32 to 256'],
      ['LATCHKEY_MASTER_KEY', Buffer.alloc(33, 'ab').toString('base64'), 'has 33 bytes; it must have exactly 32'],
      ['LATCHKEY_PEPPER', 'not base64!', 'is not base64'],
    ])('when %s is %s, then it is refused without its value', (name, value, rule) => {
      const [problem = ''] = problemsOf({ [name]: value });

      expect(problem).toContain(rule);
      expect(problem).not.toContain(value);
    });
  });

  describe('given several mistakes at once', () => {
    it('when they are read, then all are reported in one error', () => {
      const problems = problemsOf({
        LATCHKEY_PORT: '70000',
        LATCHKEY_STORE: 'postgres',
        LATCHKEY_LOG_LEVEL: 'loud',
        LATCHKEY_PROT: '1',
        LATCHKEY_TLS_KEY_FILE: '/run/tls.key',
      });

      expect(problems).toEqual([
        "'LATCHKEY_PROT' is no setting; did you mean LATCHKEY_PORT?",
        "LATCHKEY_PORT must be an integer from 0 to 65535, not '70000'.",
        "LATCHKEY_STORE must be one of sqlite, mongo-redis, not 'postgres'.",
        "LATCHKEY_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, not 'loud'.",
        'LATCHKEY_TLS_KEY_FILE is set and LATCHKEY_TLS_CERTIFICATE_FILE is not; HTTPS needs both.',
      ]);
      expect(new ConfigProblems(problems).message).toContain('5 problems');
    });

    it('when both listeners get one port, then that is refused', () => {
      expect(problemsOf({ LATCHKEY_PORT: '9090' })).toEqual([expect.stringContaining('both 9090')]);
      expect(problemsOf({ LATCHKEY_PORT: '0', LATCHKEY_OPERATIONS_PORT: '0' })).toEqual([]);
    });
  });

  /** An operator pastes the start's complaint into a ticket: a password in it would be published. */
  describe('given a secret in the wrong place', () => {
    it.each([
      ['LATCHKEY_MONGO_URL', 'http://user:hunter2@db'],
      ['LATCHKEY_REDIS_URL', ':hunter2@cache'],
      ['LATCHKEY_PUBLIC_URL', 'https://user:hunter2@keys.example.com'],
      ['LATCHKEY_PEPPER', 'hunter2'],
      ['LATCHKEY_MASTER_KEY', 'hunter2:hunter2'],
    ])('when %s holds it, then no problem does', (name, value) => {
      const problems = problemsOf({ LATCHKEY_STORE: 'mongo-redis', [name]: value });

      expect(problems.some((problem) => problem.startsWith(name))).toBe(true);
      expect(problems.join('\n')).not.toContain('hunter2');
    });
  });

  describe('given values by file', () => {
    it('when a file ends with new lines, then they are no part of the value', () => {
      const { store, logLevel } = configOf({
        LATCHKEY_PEPPER_FILE: '/run/pepper',
        LATCHKEY_LOG_LEVEL_FILE: '/run/level',
      });

      expect(store.pepper?.current.bytes.toString('base64')).toBe(SECRET);
      expect(logLevel).toBe('debug');
    });

    it('when a value and its file are both given, then that is refused', () => {
      expect(problemsOf({ LATCHKEY_PEPPER: SECRET, LATCHKEY_PEPPER_FILE: '/run/pepper' })).toEqual([
        'LATCHKEY_PEPPER and LATCHKEY_PEPPER_FILE are both set; keep one.',
      ]);
    });

    it('when a file cannot be read, then the name and the reason are said, and it is not called missing as well', () => {
      expect(problemsOf({ ...SERVERS, LATCHKEY_PEPPER: undefined, LATCHKEY_PEPPER_FILE: '/run/none' })).toEqual([
        'LATCHKEY_PEPPER_FILE: the file cannot be read (ENOENT).',
      ]);
    });

    it('when a TLS file cannot be read, then that is a problem, and a pair that can is kept as paths', () => {
      const pair = { LATCHKEY_TLS_CERTIFICATE_FILE: '/run/tls.crt', LATCHKEY_TLS_KEY_FILE: '/run/tls.key' };

      expect(configOf(pair).tls).toEqual({ certificateFile: '/run/tls.crt', keyFile: '/run/tls.key' });
      expect(problemsOf({ ...pair, LATCHKEY_TLS_KEY_FILE: '/run/none' })).toEqual([
        'LATCHKEY_TLS_KEY_FILE: the file cannot be read (ENOENT).',
      ]);
    });
  });

  describe('given one value', () => {
    it.each([
      ['LATCHKEY_PORT', ''],
      ['LATCHKEY_PORT', ' 8080'],
      ['LATCHKEY_PORT', '0x1f90'],
      ['LATCHKEY_PORT', '8e3'],
      ['LATCHKEY_HOST', 'a b'],
      ['LATCHKEY_PUBLIC_URL', 'https://keys.example.com/'],
      ['LATCHKEY_PUBLIC_URL', 'https://KEYS.example.com'],
      ['LATCHKEY_PUBLIC_URL', 'https://keys.example.com?'],
      ['LATCHKEY_PUBLIC_URL', 'https://keys.example.com#a'],
      ['LATCHKEY_PUBLIC_URL', 'ftp://keys.example.com'],
      ['LATCHKEY_PUBLIC_URL', 'keys.example.com'],
      ['LATCHKEY_TRUSTED_PROXIES', '10.0.0.1,'],
      ['LATCHKEY_TRUSTED_PROXIES', '10.0.0.0/33'],
      ['LATCHKEY_TRUSTED_PROXIES', '0.0.0.0/0'],
      ['LATCHKEY_TRUSTED_PROXIES', 'loopback'],
      ['LATCHKEY_TRUSTED_PROXIES', '::ffff:10.0.0.0/64'],
      ['LATCHKEY_TRUSTED_PROXIES', '::ffff:0.0.0.0/96'],
      ['LATCHKEY_JWKS_MAX_AGE_SECONDS', '0'],
      ['LATCHKEY_ANONYMOUS_INTROSPECTION', 'true'],
      ['LATCHKEY_SIGNING_ALGORITHM', 'HS256'],
      ['LATCHKEY_WORKERS', '0'],
      ['LATCHKEY_WORKERS', '65'],
      ['LATCHKEY_WORKERS', 'auto'],
      ['LATCHKEY_TLS_KEY_FILE_FILE', '/run/tls.key'],
    ])('when %s is "%s", then there is one problem, and it names the setting', (name, value) => {
      expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
    });

    it.each([
      ['LATCHKEY_HOST', '::1', { host: '::1' }],
      ['LATCHKEY_PUBLIC_URL', 'https://keys.example.com/iam', { publicUrl: 'https://keys.example.com/iam' }],
      ['LATCHKEY_TRUSTED_PROXIES', '10.0.0.7, fd00::/8', { trustedProxies: ['10.0.0.7', 'fd00::/8'] }],
      ['LATCHKEY_FAILED_EXCHANGES_PER_MINUTE', '0', { failedExchangesPerMinute: 0 }],
      ['LATCHKEY_BOOTSTRAP', 'off', { bootstrap: 'off' }],
      ['LATCHKEY_ANONYMOUS_INTROSPECTION', 'off', { anonymousIntrospection: false }],
      ['LATCHKEY_LOG_RETENTION_HOURS', '1', { logLines: { retentionMilliseconds: 3_600_000 } }],
      ['LATCHKEY_LOG_MEGABYTES_PER_INSTANCE', '1', { logLines: { limitBytes: 1_048_576 } }],
      ['LATCHKEY_LOG_SINK', 'stdout', { logLines: { sink: { kind: 'stdout' } } }],
      ['LATCHKEY_LOG_SINK', 'https://logs.example.com/in?a=b', { logLines: { sink: { kind: 'http' } } }],
    ])('when %s is "%s", then it is taken', (name, value, expected) => {
      expect(configOf({ [name]: value })).toMatchObject(expected);
    });

    it.each(['file:///tmp/x', 'https://user:word@logs.example.com/', 'logs.example.com', 'https://a/#b'])(
      'when the sink of log lines is %s, then it is refused, and no password is repeated',
      (sink) => {
        const [problem = ''] = problemsOf({ LATCHKEY_LOG_SINK: sink });

        expect(problem).toContain('LATCHKEY_LOG_SINK');
        expect(problem).not.toContain('word@');
      },
    );

    /** Header injection: what stands behind a line break would be a header of its own. */
    it('when the authorization of the sink holds a line break, then it is refused', () => {
      expect(problemsOf({ LATCHKEY_LOG_SINK_AUTHORIZATION: 'Bearer x\r\nX-Y: z' })).toHaveLength(1);
    });

    /** Log injection: a line break in a value would forge a line of the start's output. */
    it('when a refused value holds a line break, then the problem stays one line', () => {
      const [problem = ''] = problemsOf({ LATCHKEY_LOG_LEVEL: 'info\n{"level":"fatal"}' });

      expect(problem).not.toContain('\n');
    });

    it('when Kubernetes adds its links for a Service of our name, then the problem says how to stop it', () => {
      const problems = problemsOf({ LATCHKEY_SERVICE_HOST: '10.0.0.1', LATCHKEY_PORT_8080_TCP: 'tcp://10.0.0.1:8080' });

      expect(problems).toHaveLength(2);
      expect(problems[0]).toContain('enableServiceLinks: false');
    });
  });
});

describe('publicUrlAt', () => {
  it.each([
    [{}, 'http://127.0.0.1:4000'],
    [{ LATCHKEY_HOST: '0.0.0.0' }, 'http://localhost:4000'],
    [{ LATCHKEY_HOST: '::1' }, 'http://[::1]:4000'],
    [{ LATCHKEY_PUBLIC_URL: 'https://keys.example.com' }, 'https://keys.example.com'],
    [
      { LATCHKEY_TLS_CERTIFICATE_FILE: '/run/tls.crt', LATCHKEY_TLS_KEY_FILE: '/run/tls.key' },
      'https://127.0.0.1:4000',
    ],
  ])('when the service listens on port 4000 with %j, then clients are sent to %s', (environment, expected) => {
    expect(publicUrlAt(configOf(environment), 4000)).toBe(expected);
  });
});
