import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import { type Clock, SYSTEM_CLOCK } from '../clock/clock.ts';
import { type Config, isLoopback, publicUrlAt } from '../config/config.ts';
import { refuseWhileStarting } from '../doors/ibm-iam-token/refusals.ts';
import { clientAddresses } from '../http/client-addresses.ts';
import { listen } from '../http/listener.ts';
import { type OverloadGuard, overloadGuard } from '../http/overload-guard.ts';
import { sealedCursors } from '../http/sealed-cursors.ts';
import { leasedRunner } from '../jobs/leased-runner.ts';
import { announcePresence } from '../nodes/presence.ts';
import { cursorKeyOf } from '../secrets/cursor-key.ts';
import { sealing } from '../secrets/sealing.ts';
import { secretDigests } from '../secrets/secret-digests.ts';
import type { Store } from '../store/store.ts';
import { newLogger } from '../telemetry/logger.ts';
import { type Metrics, newMetrics } from '../telemetry/metrics.ts';
import { assembleDomains, type Domains } from './assemble-domains.ts';
import { backgroundWork } from './background-work.ts';
import { bootstrap } from './bootstrap.ts';
import { buildApp } from './build-app.ts';
import { openSecrets, openStore, requireSameSecrets } from './open-store.ts';
import { operationsApp } from './operations-app.ts';
import { listenForService } from './service-listener.ts';
import { VERSION } from './version.ts';

/** A service that is running. */
export interface RunningService {
  readonly publicUrl: string;
  /** Where its listener is, which need not be where clients reach it. */
  readonly listenUrl: string;
  readonly operationsUrl: string;
  /** What the store is made of, with versions. */
  readonly back: readonly string[];
  /** What tests look at from the inside. */
  readonly store: Store;
  readonly domains: Domains;
  /** Readiness is false at once; what is under way is finished; what waits is written. At most 10 s. */
  stop(): Promise<void>;
}

/** What may be given from outside; tests give a clock. */
export interface ServeParts {
  readonly config: Config;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** For requests under way. With the next bound and the end of the process together less than 10 s. */
const STOP_MILLISECONDS = 8_000;
/** For what waits to be written, and for closing. */
const CLOSE_MILLISECONDS = 1_500;
const FAILED_START_MILLISECONDS = 200;
const OPERATIONS_STOP_MILLISECONDS = 300;
const SWEEP_MILLISECONDS = 30_000;

/**
 * Opens the store, assembles the service, and listens.
 * @throws when something it needs is missing, and says what; then nothing is left open
 */
export async function serve({ config, clock = SYSTEM_CLOCK, logger: given }: ServeParts): Promise<RunningService> {
  const logger = given ?? newLogger({ level: config.logLevel });
  const opened = new AsyncDisposableStack();
  try {
    return await open({ config, clock, logger }, opened);
  } catch (failure) {
    // Half a service would keep its ports and its process, answer 503 for ever, and nobody would start it again.
    await opened
      .disposeAsync()
      .catch((cause: unknown) => logger.warn({ err: cause }, 'not everything could be closed'));
    throw failure;
  }
}

/** @param opened is told of everything that must be closed again, the last first */
async function open(parts: Required<ServeParts>, opened: AsyncDisposableStack): Promise<RunningService> {
  const { config, clock, logger } = parts;
  const metrics = newMetrics();
  const secrets = await openSecrets(config);
  const store = await openStore(parts);
  opened.defer(() => store.close());
  // The port must be known before the issuer is, so the listener opens first and answers 503 until all is assembled.
  const late: { handler: RequestListener; unreadAnswers: () => number } = {
    handler: refuseWhileStarting,
    unreadAnswers: () => 0,
  };
  const guard = overloadGuard({ unreadAnswers: () => late.unreadAnswers() });
  opened.defer(() => guard.close());
  const handler: RequestListener = (request, response) => late.handler(request, response);
  const listener = await listenForService({ config, guard, metrics, logger, handler });
  late.unreadAnswers = listener.unreadAnswers;
  opened.defer(() => listener.stop(FAILED_START_MILLISECONDS));
  const publicUrl = publicUrlAt(config, listener.port);
  warnOfGuessedIssuer(config, publicUrl, logger);
  const onError = (cause: unknown): void => logger.warn({ err: cause }, 'this process could not tell that it lives');
  const presence = await announcePresence({ ...secrets, store, clock, version: VERSION, onError });
  opened.defer(() => presence.close());
  await requireSameSecrets(config, secrets);

  if (config.bootstrap === 'auto') {
    const maker = { digests: secretDigests(secrets.pepper), sealing: sealing(secrets.masterKey) };
    await bootstrap({ ...maker, store, clock, dataFolder: config.dataFolder });
  }
  const issuer = `${publicUrl}/identity`;
  const domains = await assembleDomains({ config, store, secrets, clock, logger, metrics, issuer, opened });
  const running = await startRoundAbout({ ...parts, metrics, store, domains, guard, publicUrl }, opened);
  const back = await store.describe();
  // Last, so that nobody is served by a service that goes on to fail.
  late.handler = buildApp({
    ...{ config, domains, publicUrl, issuer, logger },
    clientAddressOf: clientAddresses(config.trustedProxies),
    cursors: sealedCursors(cursorKeyOf(secrets.masterKey)),
  });

  const stop = async (): Promise<void> => {
    running.stopAccepting();
    await listener.stop(STOP_MILLISECONDS);
    await atMost(CLOSE_MILLISECONDS, opened.disposeAsync());
  };
  return { publicUrl, listenUrl: listener.url, operationsUrl: running.operationsUrl, back, store, domains, stop };
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
  readonly publicUrl: string;
}

/** What goes on beside the answering of requests: operations, background work, gauges. */
async function startRoundAbout(
  { config, clock, logger, metrics, store, domains, guard, publicUrl }: RoundAboutParts,
  opened: AsyncDisposableStack,
) {
  let accepting = true;
  // Loaded when it is first asked for: most processes never are, and its schemas would be part of every start.
  const openApi = async () => (await import('./service-document.ts')).serviceDocument(publicUrl);
  const operations = await listen({
    handler: operationsApp({ store, metrics, accepting: () => accepting, openApi }),
    host: config.operationsHost,
    port: config.operationsPort,
  });
  opened.defer(() => operations.stop(OPERATIONS_STOP_MILLISECONDS));
  const runner = leasedRunner({
    store,
    jobs: backgroundWork(store, domains, clock),
    onError: (job, cause) => logger.warn({ job, err: cause }, 'background work failed; it is tried again'),
  });
  opened.defer(() => runner.close());
  const sweeping = setInterval(() => void domains.revocations.sweep(), SWEEP_MILLISECONDS).unref();
  opened.defer(() => clearInterval(sweeping));
  metrics.followInFlight(guard.inFlight);
  metrics.followSigningKeyAge(() => signingKeyAgeSeconds(domains, clock));
  return {
    operationsUrl: operations.url,
    stopAccepting: () => {
      accepting = false;
    },
  };
}

function signingKeyAgeSeconds({ signingKeys }: Domains, clock: Clock): number | undefined {
  const current = signingKeys.list().find(({ stage }) => stage === 'current');
  return current && (clock.now() - current.signFrom) / 1_000;
}
