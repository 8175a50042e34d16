import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import { type Clock, SYSTEM_CLOCK } from '../clock/clock.ts';
import { type Config, publicUrlAt } from '../config/config.ts';
import { refuseInTokenForm } from '../doors/ibm-iam-token/refusals.ts';
import { clientAddresses } from '../http/client-addresses.ts';
import { listen } from '../http/listener.ts';
import { type OverloadGuard, overloadGuard } from '../http/overload-guard.ts';
import { sealedCursors } from '../http/sealed-cursors.ts';
import { leasedRunner } from '../jobs/leased-runner.ts';
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
import { openSecrets, openStore } from './open-store.ts';
import { operationsApp } from './operations-app.ts';
import { serviceDocument } from './service-document.ts';
import { listenForService } from './service-listener.ts';

/** A service that is running. */
export interface RunningService {
  readonly publicUrl: string;
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

const STOP_MILLISECONDS = 8_000;
const SWEEP_MILLISECONDS = 30_000;

/** Opens the store, assembles the service, and listens. @throws when something it needs is missing, and says what */
export async function serve({ config, clock = SYSTEM_CLOCK, logger: given }: ServeParts): Promise<RunningService> {
  const logger = given ?? newLogger({ level: config.logLevel });
  const metrics = newMetrics();
  const secrets = await openSecrets(config);
  const store = await openStore({ config, clock, logger });
  const guard = overloadGuard();
  // The port must be known before the issuer is, so the listener opens first and answers 503 until all is assembled.
  const late: { handler: RequestListener } = { handler: refuseInTokenForm };
  const handler: RequestListener = (request, response) => late.handler(request, response);
  const listener = await listenForService({ config, guard, metrics, logger, handler });
  const publicUrl = publicUrlAt(config, listener.port);

  if (config.bootstrap === 'auto') {
    const maker = { digests: secretDigests(secrets.pepper), sealing: sealing(secrets.masterKey) };
    await bootstrap({ ...maker, store, clock, dataFolder: config.dataFolder });
  }
  const domains = await assembleDomains({
    ...{ config, store, secrets, clock, logger, metrics },
    issuer: `${publicUrl}/identity`,
  });
  late.handler = buildApp({
    ...{ config, domains, publicUrl, logger },
    issuer: `${publicUrl}/identity`,
    clientAddressOf: clientAddresses(config.trustedProxies),
    cursors: sealedCursors(cursorKeyOf(secrets.masterKey)),
  });
  const running = await startRoundAbout({ config, clock, logger, metrics, store, domains, guard, publicUrl });

  const stop = async (): Promise<void> => {
    running.stopAccepting();
    await listener.stop(STOP_MILLISECONDS);
    guard.close();
    await running.close();
    await domains.recorder.close();
    await domains.signingKeys.close();
    await domains.revocations.close();
    await store.close();
  };
  return { publicUrl, operationsUrl: running.operationsUrl, back: await store.describe(), store, domains, stop };
}

interface RoundAboutParts extends Required<ServeParts> {
  readonly metrics: Metrics;
  readonly store: Store;
  readonly domains: Domains;
  readonly guard: OverloadGuard;
  readonly publicUrl: string;
}

/** What goes on beside the answering of requests: operations, background work, gauges. */
async function startRoundAbout({ config, clock, logger, metrics, store, domains, guard, publicUrl }: RoundAboutParts) {
  let accepting = true;
  const operations = await listen({
    handler: operationsApp({ store, metrics, accepting: () => accepting, openApi: serviceDocument(publicUrl) }),
    host: config.operationsHost,
    port: config.operationsPort,
  });
  const runner = leasedRunner({
    store,
    jobs: backgroundWork(store, domains, clock),
    onError: (job, cause) => logger.warn({ job, err: cause }, 'background work failed; it is tried again'),
  });
  const sweeping = setInterval(() => domains.revocations.sweep(), SWEEP_MILLISECONDS).unref();
  metrics.followInFlight(guard.inFlight);
  metrics.followSigningKeyAge(() => signingKeyAgeSeconds(domains, clock));
  return {
    operationsUrl: operations.url,
    stopAccepting: () => {
      accepting = false;
    },
    close: async () => {
      clearInterval(sweeping);
      await runner.close();
      await operations.stop(500);
    },
  };
}

function signingKeyAgeSeconds({ signingKeys }: Domains, clock: Clock): number | undefined {
  const current = signingKeys.list().find(({ stage }) => stage === 'current');
  return current && (clock.now() - current.signFrom) / 1_000;
}
