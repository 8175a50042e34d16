import { isIPv4 } from 'node:net';
import type { KeyRing } from '../secrets/key-ring.ts';
import type { SettingValues } from './settings.ts';

/** One SQLite file in the data folder. A ring that is `undefined` is in the data folder too, made on the first start. */
export interface SqliteConfig {
  readonly kind: 'sqlite';
  readonly pepper: KeyRing | undefined;
  readonly masterKey: KeyRing | undefined;
}

/** MongoDB and Redis. Both addresses may hold a password: never print them. */
export interface MongoRedisConfig {
  readonly kind: 'mongo-redis';
  readonly mongoUrl: string;
  readonly redisUrl: string;
  readonly pepper: KeyRing;
  readonly masterKey: KeyRing;
}

/** Files of PEM text; read again when they change. */
export interface TlsConfig {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Everything an operator decided, checked and frozen. */
export interface Config {
  readonly host: string;
  /** 0: whichever is free. */
  readonly port: number;
  /** `undefined`: it follows from where the service listens (see `publicUrlAt`). */
  readonly publicUrl: string | undefined;
  readonly operationsHost: string;
  /** 0: whichever is free. */
  readonly operationsPort: number;
  readonly dataFolder: string;
  readonly store: SqliteConfig | MongoRedisConfig;
  readonly bootstrap: 'auto' | 'off';
  /** 1: the service is one process. More: so many processes serve, and one more looks after them. */
  readonly workers: number;
  readonly signingAlgorithm: SettingValues['signingAlgorithm'];
  /** 0: never by schedule. */
  readonly signingKeyRotationDays: number;
  readonly jwksMaxAgeSeconds: number;
  readonly anonymousIntrospection: boolean;
  /** Whether the value of a tenant's API token may stand in the path where it is verified. */
  readonly apiTokensInUrl: boolean;
  /** Whether log agents may send their key in the query string. */
  readonly ingestionKeysInUrl: boolean;
  /** Whether keys of key groups may be sent in the query string. */
  readonly restApiKeysInUrl: boolean;
  /** A client address; 0: no limit. */
  readonly failedExchangesPerMinute: number;
  /** For the log of an account. */
  readonly logReadsPerMinute: number;
  /** Addresses and networks in CIDR form. */
  readonly trustedProxies: readonly string[];
  /** `undefined`: plain HTTP. */
  readonly tls: TlsConfig | undefined;
  readonly logLines: LogLinesConfig;
  readonly logLevel: SettingValues['logLevel'];
}

/** How accepted log lines are kept, and where they go. */
export interface LogLinesConfig {
  readonly retentionMilliseconds: number;
  /** Of one instance, about. */
  readonly limitBytes: number;
  /** `undefined`: nowhere; they are read here or go unread. */
  readonly sink: LogSinkConfig | undefined;
}

/** Where accepted log lines are handed over. */
export type LogSinkConfig =
  | { readonly kind: 'stdout' }
  | {
      readonly kind: 'http';
      readonly url: string;
      /** A secret. */
      readonly authorization: string | undefined;
      readonly timeoutMilliseconds: number;
    };

/** @returns the address under which clients reach a service that listens on `port`, without a trailing slash */
export function publicUrlAt({ publicUrl, host, tls }: Config, port: number): string {
  if (publicUrl !== undefined) return publicUrl;
  const url = new URL(tls === undefined ? 'http://localhost' : 'https://localhost');
  // "Every address" is nowhere a client could go; the machine's own name for itself is.
  if (!['0.0.0.0', '::'].includes(host)) url.hostname = host.includes(':') ? `[${host}]` : host;
  url.port = String(port);
  return url.origin;
}

/** Whether only programs of this machine reach a listener on this host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
