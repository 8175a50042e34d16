import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import { type Clock, SYSTEM_CLOCK } from '../clock/clock.ts';
import { type Config, isLoopback, publicUrlAt } from '../config/config.ts';
import { refuseWhileStarting } from '../doors/ibm-iam-token/refusals.ts';
import { clientAddresses } from '../http/client-addresses.ts';
import { clientBuckets } from '../http/client-buckets.ts';
import { type Listener, listen } from '../http/listener.ts';
import { type OverloadGuard, overloadGuard } from '../http/overload-guard.ts';
import { sealedCursors } from '../http/sealed-cursors.ts';
import { type LeasedRunner, leasedRunner } from '../jobs/leased-runner.ts';
import { nodeListIn } from '../nodes/node-list.ts';
import { announcePresence } from '../nodes/presence.ts';
import { cursorKeyOf } from '../secrets/cursor-key.ts';
import { sealing } from '../secrets/sealing.ts';
import { secretDigests } from '../secrets/secret-digests.ts';
import type { Store } from '../store/store.ts';
import type { OpenNewsWay } from '../store-mongo-redis/news-way.ts';
import { newLogger } from '../telemetry/logger.ts';
import { type Metrics, newMetrics } from '../telemetry/metrics.ts';
import { assembleDomains, type Domains } from './assemble-domains.ts';
import { backgroundWork } from './background-work.ts';
import { bootstrap } from './bootstrap.ts';
import { buildApp } from './build-app.ts';
import { startForwarding } from './forwarding.ts';
import { openSecrets, openStore, requireSameSecrets } from './open-store.ts';
import { type OperationsParts, operationsApp } from './operations-app.ts';
import { ownStatus, spreadFacts } from './own-status.ts';
import { type Readiness, readinessOf } from './readiness.ts';
import { listenForService } from './service-listener.ts';
import { VERSION } from './version.ts';

/** A process that serves. */
export interface ServingProcess {
  readonly publicUrl: string;
  /** Where its listener is, which need not be where clients reach it. */
  readonly listenUrl: string;
  /** What the store is made of, with versions. */
  readonly back: readonly string[];
  /** What tests look at from the inside. */
  readonly store: Store;
  readonly domains: Domains;
  readonly metrics: Metrics;
  /** Asks the store, and tells the metrics of it. */
  readiness(): Promise<Readiness>;
  /** Readiness is false at once; what is under way is finished; what waits is written. At most 10 s. */
  stop(): Promise<void>;
}

/** A service that is running in this process alone. */
export interface RunningService extends ServingProcess {
  readonly operationsUrl: string;
}

/** What may be given from outside; tests give a clock. */
export interface ServeParts {
  readonly config: Config;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** The same for one process of several. */
export interface WorkerParts extends ServeParts {
  /** Its number among them, from 1. */
  readonly worker: number;
  /** The way to the others. */
  readonly siblings: OpenNewsWay;
}

/** For requests under way. With the next bound and the end of the process together less than 10 s. */
const STOP_MILLISECONDS = 8_000;
/** For what waits to be written, and for closing. */
const CLOSE_MILLISECONDS = 1_500;
const FAILED_START_MILLISECONDS = 200;
const OPERATIONS_STOP_MILLISECONDS = 300;
const SWEEP_MILLISECONDS = 30_000;
/** When the first requests have their answers. */
const METRICS_MILLISECONDS = 1_000;

/**
 * Opens the store, assembles the service, and listens.
 * @throws when something it needs is missing, and says what; then nothing is left open
 */
export function serve(given: ServeParts): Promise<RunningService> {
  return closedUnlessOpened(given, async (parts, opened) => {
    const listenForOperations = async (operations: OperationsParts) => {
      const listener = await listenWith(parts.config, operations);
      opened.defer(() => listener.stop(OPERATIONS_STOP_MILLISECONDS));
      return { operationsUrl: listener.url };
    };
    return open(parts, opened, { listens: 'first', beforeServing: listenForOperations });
  });
}

/**
 * The same for one process of several that share a port; another one has the operations listener. It listens when all is
 * assembled, because until then the others can do better than to answer 503. The port is not 0.
 */
export function serveAsWorker({ worker, siblings, ...given }: WorkerParts): Promise<ServingProcess> {
  return closedUnlessOpened(given, (parts, opened) =>
    open(parts, opened, { listens: 'last', worker, siblings, beforeServing: async () => ({}) }),
  );
}

async function closedUnlessOpened<Opened>(
  { config, clock = SYSTEM_CLOCK, logger: given }: ServeParts,
  openAll: (parts: Required<ServeParts>, opened: AsyncDisposableStack) => Promise<Opened>,
): Promise<Opened> {
  const logger = given ?? newLogger({ level: config.logLevel });
  const opened = new AsyncDisposableStack();
  try {
    return await openAll({ config, clock, logger }, opened);
  } catch (failure) {
    // Half a service would keep its ports and its process, answer 503 for ever, and nobody would start it again.
    await opened
      .disposeAsync()
      .catch((cause: unknown) => logger.warn({ err: cause }, 'not everything could be closed'));
    throw failure;
  }
}

interface Manner<More> {
  /** Before all else, for who must learn its port; or when it can serve. */
  readonly listens: 'first' | 'last';
  /** Its number among several; absent for one that is alone. */
  readonly worker?: number;
  readonly siblings?: OpenNewsWay;
  /** Done when all else is there. */
  readonly beforeServing: (operations: OperationsParts) => Promise<More>;
}

/** @param opened is told of everything that must be closed again, the last first */
async function open<More extends object>(
  parts: Required<ServeParts>,
  opened: AsyncDisposableStack,
  { listens, worker, siblings, beforeServing }: Manner<More>,
): Promise<ServingProcess & More> {
  const { config, clock, logger } = parts;
  const metrics = newMetrics();
  const secrets = await openSecrets(config);
  const store = await openStore({ ...parts, siblings });
  opened.defer(() => store.close());
  // The port must be known before the issuer is, so the listener opens first and answers 503 until all is assembled.
  const late: { handler: RequestListener } = { handler: refuseWhileStarting };
  const clientAddressOf = clientAddresses(config.trustedProxies);
  const guard = overloadGuard({
    clientOf: clientBuckets({ clientAddressOf, hasProxies: config.trustedProxies.length > 0 }),
  });
  opened.defer(() => guard.close());
  const handler: RequestListener = (request, response) => late.handler(request, response);
  const startListening = async (): Promise<Listener> => {
    const listener = await listenForService({ config, guard, metrics, logger, handler });
    opened.defer(() => listener.stop(FAILED_START_MILLISECONDS));
    return listener;
  };
  const early = listens === 'first' ? await startListening() : undefined;
  const publicUrl = publicUrlAt(config, early?.port ?? config.port);
  warnOfGuessedIssuer(config, publicUrl, logger);
  const onError = (cause: unknown): void => logger.warn({ err: cause }, 'this process could not tell that it lives');
  const presence = await announcePresence({ ...secrets, store, clock, version: VERSION, worker, onError });
  opened.defer(() => presence.close());
  await requireSameSecrets(config, secrets);

  if (config.bootstrap === 'auto') {
    const maker = { digests: secretDigests(secrets.pepper), sealing: sealing(secrets.masterKey) };
    await bootstrap({ ...maker, store, clock, dataFolder: config.dataFolder });
  }
  const issuer = `${publicUrl}/identity`;
  const domains = await assembleDomains({ config, store, secrets, clock, logger, metrics, issuer, opened });
  let accepting = true;
  const readiness = readinessOf({ store, metrics, accepting: () => accepting });
  const more = await beforeServing(operationsOf(publicUrl, readiness, metrics));
  const runner = startRoundAbout({ ...parts, metrics, store, domains, guard }, opened);
  await startForwarding({ ...parts, metrics, store, domains }, opened);
  const status = ownStatus({ domains, runner, accepting: () => accepting });
  presence.report(status);
  metrics.spread.follow(spreadFacts(status, domains, store));
  const back = await store.describe();
  // Last, so that nobody is served by a service that goes on to fail.
  late.handler = buildApp({
    ...{ config, domains, publicUrl, issuer, logger, metrics },
    nodes: nodeListIn({ store, access: domains.access, clock, presence }),
    clientAddressOf,
    cursors: sealedCursors(cursorKeyOf(secrets.masterKey)),
  });
  const listener = early ?? (await startListening());

  const stop = async (): Promise<void> => {
    accepting = false;
    domains.beginToStop();
    await listener.stop(STOP_MILLISECONDS);
    await atMost(CLOSE_MILLISECONDS, opened.disposeAsync());
  };
  return { ...more, publicUrl, listenUrl: listener.url, back, store, domains, metrics, readiness, stop };
}

/** Who is reached from other machines has an address there, which this process cannot know; the port alone may change. */
function warnOfGuessedIssuer(config: Config, publicUrl: string, logger: Logger): void {
  if (config.publicUrl !== undefined || isLoopback(config.host)) return;
  logger.warn(
    { issuer: `${publicUrl}/identity` },
    'LATCHKEY_PUBLIC_URL is not set, so the issuer of every token is guessed; set it to the address that clients use',
  );
}

/** A store that does not answer must not hold up the end; what it could not take is lost either way. */
async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

interface RoundAboutParts extends Required<ServeParts> {
  readonly metrics: Metrics;
  readonly store: Store;
  readonly domains: Domains;
  readonly guard: OverloadGuard;
}

function operationsOf(publicUrl: string, readiness: () => Promise<Readiness>, metrics: Metrics): OperationsParts {
  return {
    readiness,
    // Who only scrapes must not read of a store that nobody has looked at.
    metrics: () => readiness().then(metrics.render),
    // Loaded when it is first asked for: most processes never are, and its schemas would be part of every start.
    openApi: async () => (await import('./service-document.ts')).serviceDocument(publicUrl),
  };
}

const listenWith = ({ operationsHost: host, operationsPort: port }: Config, operations: OperationsParts) =>
  listen({ handler: operationsApp(operations), host, port });

/** What goes on beside the answering of requests: background work, gauges. */
function startRoundAbout(
  { clock, logger, metrics, store, domains, guard }: RoundAboutParts,
  opened: AsyncDisposableStack,
): LeasedRunner {
  const runner = leasedRunner({
    store,
    jobs: backgroundWork(store, domains, clock),
    onError: (job, cause) => logger.warn({ job, err: cause }, 'background work failed; it is tried again'),
  });
  opened.defer(() => runner.close());
  const sweeping = setInterval(() => void domains.revocations.sweep(), SWEEP_MILLISECONDS).unref();
  opened.defer(() => clearInterval(sweeping));
  const loading = setTimeout(() => void metrics.load(), METRICS_MILLISECONDS).unref();
  opened.defer(() => clearTimeout(loading));
  metrics.followInFlight(guard.inFlight);
  metrics.followSigningKeyAge(() => signingKeyAgeSeconds(domains, clock));
  return runner;
}

function signingKeyAgeSeconds({ signingKeys }: Domains, clock: Clock): number | undefined {
  const current = signingKeys.list().find(({ stage }) => stage === 'current');
  return current && (clock.now() - current.signFrom) / 1_000;
}
