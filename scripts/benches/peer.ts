import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  exchange,
  firstSuccess,
  freePort,
  type MeasuredProcess,
  ROOT,
  startScript,
  startService,
} from './bench-service.ts';
import { answeredLoad, exchangeOf, type LoadProcess, startLoad } from './exchange-load.ts';
import type { Installation } from './installation.ts';
import type { LoadRequest } from './load.ts';
import { ratiosOf, type Samples, samplesOf } from './samples.ts';

/** The service beside `oidc-provider`, both signing with ES256 in the same number of workers. */
export interface PeerComparison {
  /** Tokens a second. */
  readonly service: Samples;
  readonly peer: Samples;
  readonly ratios: Samples;
  /** Microseconds of CPU a token, all workers. */
  readonly serviceCpu: Samples;
  readonly peerCpu: Samples;
  /** The largest process, megabytes. */
  readonly serviceMegabytes: Samples;
  readonly peerMegabytes: Samples;
}

/** How much is measured. */
export interface PeerParts {
  /** An empty one. */
  readonly installation: Installation;
  /** Of each, in all rounds together. */
  readonly exchanges: number;
  readonly rounds: number;
}

interface Contender {
  readonly processes: MeasuredProcess;
  readonly request: LoadRequest;
}

interface Figures {
  readonly perSecond: number;
  readonly cpu: number;
  readonly megabytes: number;
}

const WORKERS = 2;
const WARM_UP_REQUESTS = 20_000;
const PEER_FOLDER = join(ROOT, 'scripts/benches/oidc-provider');

/** Asks both in turn, round by round, by the same load over as many connections. */
export async function measureBesidePeer({ installation, exchanges, rounds }: PeerParts): Promise<PeerComparison> {
  await installPeer();
  const load = startLoad();
  const service = await startService(installation, {
    LATCHKEY_SIGNING_ALGORITHM: 'ES256',
    LATCHKEY_WORKERS: `${WORKERS}`,
  });
  const { peer, credentials } = await startPeer();
  try {
    await firstSuccess(async () => exchange(service.port, await installation.adminKey()));
    await firstSuccess(() => clientCredentials(peer.port, credentials));
    const contenders = [
      { processes: service, request: exchangeOf(await installation.adminKey()) },
      { processes: peer, request: clientCredentialsLoad(credentials) },
    ];
    for (const contender of contenders) await asked(load, contender, WARM_UP_REQUESTS);
    const measured: Figures[][] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      for (const [number, contender] of contenders.entries()) {
        measured[number]?.push(await asked(load, contender, Math.ceil(exchanges / rounds)));
      }
    }
    return comparisonOf(measured[0] ?? [], measured[1] ?? []);
  } finally {
    load.end();
    await Promise.all([service.stop(), peer.stop()]);
  }
}

async function asked(load: LoadProcess, { processes, request }: Contender, count: number): Promise<Figures> {
  const before = processes.cpuMicroseconds();
  const { milliseconds } = await answeredLoad(load, { ports: [processes.port], request, count });
  return {
    perSecond: (count * 1_000) / milliseconds,
    cpu: (processes.cpuMicroseconds() - before) / count,
    megabytes: Math.max(...processes.residentMegabytes()),
  };
}

function comparisonOf(service: readonly Figures[], peer: readonly Figures[]): PeerComparison {
  const of = (figures: readonly Figures[], name: keyof Figures) => figures.map((round) => round[name]);
  return {
    service: samplesOf(of(service, 'perSecond')),
    peer: samplesOf(of(peer, 'perSecond')),
    ratios: ratiosOf(of(service, 'perSecond'), of(peer, 'perSecond')),
    serviceCpu: samplesOf(of(service, 'cpu')),
    peerCpu: samplesOf(of(peer, 'cpu')),
    serviceMegabytes: samplesOf(of(service, 'megabytes')),
    peerMegabytes: samplesOf(of(peer, 'megabytes')),
  };
}

/** It has a lock file of its own and is no dependency of the service, so it is installed when it is first asked for. */
async function installPeer(): Promise<void> {
  const installed = await stat(join(PEER_FOLDER, 'node_modules/.package-lock.json')).catch(() => undefined);
  const locked = await stat(join(PEER_FOLDER, 'package-lock.json'));
  if (installed !== undefined && installed.mtimeMs >= locked.mtimeMs) return;
  console.log('Installing oidc-provider, which is measured beside the service …');
  await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: PEER_FOLDER });
}

interface Credentials {
  readonly id: string;
  readonly secret: string;
}

async function startPeer(): Promise<{ peer: MeasuredProcess; credentials: Credentials }> {
  const port = await freePort();
  // As long as an API key's random part.
  const credentials = { id: 'bench-client', secret: randomBytes(32).toString('base64url') };
  const words = [`${port}`, `${WORKERS}`, credentials.id, credentials.secret];
  const peer = startScript([join(PEER_FOLDER, 'server.mjs'), ...words], port, { NODE_ENV: 'production' }, 'quiet');
  return { peer, credentials };
}

const CLIENT_CREDENTIALS = 'grant_type=client_credentials';

/** RFC 6749, section 4.4.2, with the client's password as Basic. */
function clientCredentialsLoad(credentials: Credentials): LoadRequest {
  return { path: '/token', headers: [`Authorization: ${basic(credentials)}`], body: CLIENT_CREDENTIALS };
}

async function clientCredentials(port: number, credentials: Credentials): Promise<Response> {
  const headers = {
    Authorization: basic(credentials),
    'Content-Type': 'application/x-www-form-urlencoded',
  };
  return fetch(`http://127.0.0.1:${port}/token`, { method: 'POST', headers, body: CLIENT_CREDENTIALS });
}

const basic = ({ id, secret }: Credentials): string => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
