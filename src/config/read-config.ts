import type { Config, LogSinkConfig } from './config.ts';
import { ConfigProblems } from './config-problems.ts';
import { type Environment, type ReadTextFile, readSettings, unreadableFile } from './read-settings.ts';
import { SETTINGS, type SettingValues } from './settings.ts';

/**
 * This folder owns what an operator may set: one table (`settings.ts`), from which the reader, `--help` and the page
 * docs/operations.md are made. It reads no environment and no file by itself and starts nothing.
 *
 * Reads the whole configuration and collects every problem before it complains. The answer is frozen to its depth.
 * @param environment  names that do not begin with `LATCHKEY_`, and `LATCHKEY_TEST_…`, are passed over
 * @param readTextFile  gives a file's text or throws; used for names that end in `_FILE`
 * @throws ConfigProblems
 */
export function readConfig(environment: Environment, readTextFile: ReadTextFile): Config {
  const { values, refused, problems } = readSettings(environment, readTextFile);
  const complain = (problem: string) => problems.push(problem);
  const store = storeOf(values, refused, complain);
  const tls = tlsOf(values, readTextFile, complain);
  refuseOnePortTwice(values, complain);
  if (problems.length > 0 || store === undefined) throw new ConfigProblems(problems);
  return deeplyFrozen({ ...plainPartOf(values), store, tls });
}

type Complain = (problem: string) => void;

function plainPartOf(values: SettingValues): Omit<Config, 'store' | 'tls'> {
  return {
    host: values.host,
    port: values.port,
    publicUrl: values.publicUrl,
    operationsHost: values.operationsHost,
    operationsPort: values.operationsPort,
    dataFolder: values.dataFolder,
    bootstrap: values.bootstrap ?? (values.storeKind === 'sqlite' ? 'auto' : 'off'),
    workers: values.workers,
    signingAlgorithm: values.signingAlgorithm,
    signingKeyRotationDays: values.signingKeyRotationDays,
    jwksMaxAgeSeconds: values.jwksMaxAgeSeconds,
    anonymousIntrospection: values.anonymousIntrospection === 'on',
    apiTokensInUrl: values.apiTokensInUrl === 'on',
    ingestionKeysInUrl: values.ingestionKeysInUrl === 'on',
    restApiKeysInUrl: values.restApiKeysInUrl === 'on',
    failedExchangesPerMinute: values.failedExchangesPerMinute,
    logReadsPerMinute: values.logReadsPerMinute,
    trustedProxies: values.trustedProxies,
    logLines: {
      retentionMilliseconds: values.logRetentionHours * 3_600_000,
      limitBytes: values.logMegalimitBytes * 1024 * 1024,
      sink: sinkOf(values),
    },
    logLevel: values.logLevel,
  };
}

function sinkOf({ logSink, logSinkAuthorization, logSinkTimeoutSeconds }: SettingValues): LogSinkConfig | undefined {
  if (logSink === undefined) return undefined;
  if (logSink === 'stdout') return { kind: 'stdout' };
  const timeoutMilliseconds = logSinkTimeoutSeconds * 1_000;
  return { kind: 'http', url: logSink, authorization: logSinkAuthorization, timeoutMilliseconds };
}

/** The settings that only one of the stores has; a setting that was given and refused has been complained of already. */
function storeOf(
  values: SettingValues,
  refused: ReadonlySet<keyof SettingValues>,
  complain: Complain,
): Config['store'] | undefined {
  const { mongoUrl, redisUrl, pepper, masterKey } = values;
  if (refused.has('storeKind')) return undefined;
  if (values.storeKind === 'sqlite') {
    for (const key of ['mongoUrl', 'redisUrl'] as const) {
      if (values[key] === undefined) continue;
      // A forgotten STORE would silently keep everything in a local file.
      complain(`${SETTINGS[key].name} has no effect with ${SETTINGS.storeKind.name}=sqlite; remove one of the two.`);
    }
    return { kind: 'sqlite', pepper, masterKey };
  }
  for (const [key, advice] of Object.entries(NEEDED_WITH_SERVERS)) {
    const missing = key as keyof typeof NEEDED_WITH_SERVERS; // its own keys, whose type Object.entries forgets
    if (values[missing] !== undefined || refused.has(missing)) continue;
    const { name } = SETTINGS[missing];
    complain(
      `${name} is required with ${SETTINGS.storeKind.name}=mongo-redis; set ${name} or ${name}_FILE to ${advice}.`,
    );
  }
  if (mongoUrl === undefined || redisUrl === undefined || pepper === undefined || masterKey === undefined)
    return undefined;
  return { kind: 'mongo-redis', mongoUrl, redisUrl, pepper, masterKey };
}

const NEEDED_WITH_SERVERS = {
  mongoUrl: 'the address of a replica set, such as mongodb://127.0.0.1:27017/latchkey?replicaSet=rs0',
  redisUrl: 'an address such as redis://127.0.0.1:6379',
  pepper: 'the output of: openssl rand -base64 32',
  masterKey: 'the output of: openssl rand -base64 32',
  // Each process would else call itself by its own port, and refuse the tokens of all others.
  publicUrl: 'the address under which clients reach all processes, such as https://keys.example.com',
} as const;

function tlsOf(values: SettingValues, readTextFile: ReadTextFile, complain: Complain): Config['tls'] {
  const { tlsCertificateFile: certificateFile, tlsKeyFile: keyFile } = values;
  const { tlsCertificateFile: certificate, tlsKeyFile: key } = SETTINGS;
  if (certificateFile === undefined && keyFile === undefined) return undefined;
  if (certificateFile === undefined || keyFile === undefined) {
    const [given, missing] = keyFile === undefined ? [certificate, key] : [key, certificate];
    complain(`${given.name} is set and ${missing.name} is not; HTTPS needs both.`);
    return undefined;
  }
  for (const [{ name }, path] of [[certificate, certificateFile] as const, [key, keyFile] as const]) {
    try {
      readTextFile(path);
    } catch (error) {
      complain(unreadableFile(name, error));
    }
  }
  return { certificateFile, keyFile };
}

function refuseOnePortTwice({ host, port, operationsHost, operationsPort }: SettingValues, complain: Complain): void {
  if (port === 0 || port !== operationsPort || host !== operationsHost) return;
  complain(
    `${SETTINGS.port.name} and ${SETTINGS.operationsPort.name} are both ${port}; the two listeners need two ports.`,
  );
}

function deeplyFrozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deeplyFrozen(part);
  return Object.freeze(value);
}
