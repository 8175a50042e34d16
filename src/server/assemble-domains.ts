import type { Logger } from 'pino';
import { accessWith } from '../access/access.ts';
import { ACCOUNTS, INSTALLATION_ID, INSTALLATIONS } from '../accounts/account.ts';
import { accountsIn } from '../accounts/accounts.ts';
import { allowedAddresses } from '../accounts/allowed-addresses.ts';
import { apiKeysIn } from '../api-keys/api-keys.ts';
import { authenticateApiKeyWith } from '../api-keys/authenticate-api-key.ts';
import { recordExchanges } from '../audit/record-exchanges.ts';
import { trackRecordIn } from '../audit/track-record.ts';
import type { Clock } from '../clock/clock.ts';
import type { Config } from '../config/config.ts';
import { API_KEY_GRANT, TOKEN_SCOPE } from '../doors/ibm-iam-token/token-names.ts';
import { handOversIn } from '../log-forwarding/hand-over.ts';
import { openLiveSet } from '../revocations/live-set.ts';
import { sealing as sealingUnder } from '../secrets/sealing.ts';
import { secretDigests } from '../secrets/secret-digests.ts';
import { snapshotKeysOf } from '../secrets/snapshot-keys.ts';
import { serviceIdsIn } from '../service-ids/service-ids.ts';
import { signOutIn } from '../sign-out/sign-out.ts';
import { openSigningKeys } from '../signing-keys/signing-keys.ts';
import { jwtVerifier } from '../signing-keys/verify-jwt.ts';
import type { Store } from '../store/store.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { ACCESS_TOKEN_LIMIT_SECONDS } from '../token-format/token-types.ts';
import { bearerAuthentication } from '../tokens/authenticate-bearer.ts';
import { callerAuthentication } from '../tokens/authenticate-caller.ts';
import { clientAuthentication } from '../tokens/authenticate-client.ts';
import { exchangeWith } from '../tokens/exchange.ts';
import { apiKeyGrant } from '../tokens/grants/apikey-grant.ts';
import { passwordGrant } from '../tokens/grants/password-grant.ts';
import { refreshTokenGrant } from '../tokens/grants/refresh-token-grant.ts';
import { renewalGrant } from '../tokens/grants/renewal-grant.ts';
import { identityChainsIn } from '../tokens/identity-chain.ts';
import { introspection as introspectionWith } from '../tokens/introspect.ts';
import { tokenIssuer } from '../tokens/issue-token.ts';
import { revocation as revocationWith } from '../tokens/revoke.ts';
import { ASSERTION_GRANT_CLAIM } from '../tokens/token-request.ts';
import { isUser } from '../users/is-user.ts';
import { accessDirectories } from './access-directories.ts';
import type { KeyListDomainParts } from './key-list-domain.ts';
import { lateTrimming } from './late-trimming.ts';
import { limitersFor } from './limiters.ts';
import { loadedGrant } from './loaded-grant.ts';
import type { LogInDomains } from './log-in-domains.ts';
import { lateSpool } from './open-spool.ts';
import type { InstallationSecrets } from './open-store.ts';
import { signingKeysRecorded } from './signing-key-audit.ts';
import { whenAsked } from './when-asked.ts';

/** What the inside is assembled from. */
export interface AssembleParts {
  readonly config: Config;
  readonly store: Store;
  readonly secrets: InstallationSecrets;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The `iss` claim. */
  readonly issuer: string;
  /** Told of everything that must be closed again, the last first; also of what was opened before the rest failed. */
  readonly opened: AsyncDisposableStack;
}

/** Everything inside, joined; it knows no HTTP. */
export type Domains = Awaited<ReturnType<typeof assembleDomains>>;

/** Joins the rooms of the two lower floors. */
export async function assembleDomains(parts: AssembleParts) {
  const { config, store, secrets, clock, logger, metrics, issuer, opened } = parts;
  const digests = secretDigests(secrets.pepper);
  const sealing = sealingUnder(secrets.masterKey);
  const signingKeys = await openSigningKeys({
    store,
    sealing,
    clock,
    logger,
    algorithm: config.signingAlgorithm,
    jwksMaxAgeSeconds: config.jwksMaxAgeSeconds,
    tokenLifeSeconds: ACCESS_TOKEN_LIMIT_SECONDS,
    rotationDays: config.signingKeyRotationDays,
    recorded: signingKeysRecorded(clock),
  });
  opened.defer(() => signingKeys.close());
  const revocations = await openLiveSet({
    ...{ store, clock, logger, snapshotKeys: snapshotKeysOf(secrets.masterKey) },
    onArrival: metrics.spread.arrived,
  });
  opened.defer(() => revocations.close());
  const onError = (cause: unknown): void => logger.warn({ err: cause }, 'records could not be written; they are kept');
  const recorder = recordExchanges({ store, clock, onError });
  opened.defer(() => recorder.close());

  const limiter = limitersFor(parts);
  const { limitBytes, retentionMilliseconds, sink } = config.logLines;
  const handOvers = sink && handOversIn(store);
  const spool = lateSpool({ config, clock, bounds: { bytes: limitBytes, handedOver: handOvers?.positionOf } });
  opened.defer(() => spool.close());
  const stopping = new AbortController();

  const access = accessWith({
    operator: async () => {
      const installation = await store.read(INSTALLATIONS).get(INSTALLATION_ID);
      return installation && { iamId: installation.operatorIamId, accountId: installation.firstAccountId };
    },
    ...accessDirectories({ store, opened }),
    kindOfIdentity: (iamId) => (isUser(iamId) ? 'user' : 'service-id'),
    clock,
  });
  const accounts = accountsIn({ store, access, clock });
  const serviceIds = serviceIdsIn({ store, access, clock });
  const authenticate = authenticateApiKeyWith({ store, digests });
  const takenValues = limiter('taken_key_values');
  // Loaded late: only deletions of keys ask.
  const resourceKeyOf = async (apiKeyId: string): Promise<string | undefined> =>
    (await (await import('../resource-keys/resource-key-of.ts')).resourceKeyOfApiKey(store, apiKeyId))?.id;
  const keyParts = { store, access, clock, digests, sealing, serviceIds, authenticate };
  const apiKeys = apiKeysIn({ ...keyParts, takenValues, resourceKeyOf });

  // For administrative calls alone: loaded with the first of them, and once, because it counts who waits.
  const people = whenAsked(async () =>
    (await import('./people.ts')).peopleIn({ store, access, clock, digests, sealing, recorder, limiter }),
  );
  const verify = jwtVerifier({ signingKeys, clock });
  const loadIdentityChain = identityChainsIn(store);
  const authenticateClient = clientAuthentication({ authenticate, loadIdentityChain, clock });
  const requireAllowedAddress = allowedAddresses();
  const failedAttempts = limiter('failed_exchanges');
  const authenticateBearer = bearerAuthentication({ verify, revocations, issuer });
  const passwords = async () => (await people()).passwords;
  const exchange = exchangeWith({
    grants: new Map([
      ['apikey', apiKeyGrant({ claim: API_KEY_GRANT, authenticate })],
      ['password', passwordGrant({ store, clock, verify: async (...given) => (await passwords()).verify(...given) })],
      ['refresh_token', refreshTokenGrant({ store, verify, revocations, loadIdentityChain, clock, issuer })],
      ['authorization_code', loadedGrant('authorization_code', async () => (await logIns()).authorizationCodeGrant)],
      ['jwt_bearer', loadedGrant(ASSERTION_GRANT_CLAIM, async () => (await logIns()).assertionGrant)],
      [
        'renewal',
        renewalGrant({
          ...{ authenticateBearer, loadIdentityChain, clock, scope: TOKEN_SCOPE },
          passwordOf: async (iamId) => (await passwords()).credentialOf(iamId),
        }),
      ],
    ]),
    authenticateClient,
    loadIdentityChain,
    requireAllowedAddress,
    issueToken: tokenIssuer({ signingKeys, clock, issuer, scope: TOKEN_SCOPE }),
    clock,
    recorder,
    failedAttempts,
    onOutcome: metrics.exchanged,
  });

  const authenticateCaller = callerAuthentication({
    ...{ accounts: store.readRecent(ACCOUNTS), authenticateBearer, requireAllowedAddress },
  });
  const tenants = whenAsked(async () => {
    const { tenantDomainsIn } = await import('./tenant-domains.ts');
    const proofs = { authenticate, loadIdentityChain, requireAllowedAddress, recorder, failedAttempts };
    return tenantDomainsIn({ ...proofs, store, access, clock, digests, sealing, opened });
  });
  const logIns: () => Promise<LogInDomains> = whenAsked(async () => {
    const { logInDomainsIn } = await import('./log-in-domains.ts');
    const { tenantKeys } = await tenants();
    const proofs = { accounts: store.readRecent(ACCOUNTS), verify, revocations, requireAllowedAddress, issuer };
    return logInDomainsIn({ ...proofs, store, access, clock, sealing, tenantKeys, serviceIds });
  });
  const logLines = whenAsked(async () => {
    const stores = { store, spool, clock, recorder, authenticateApiKey: authenticate, requireAllowedAddress };
    return (await import('./log-domains.ts')).logDomainsIn({ ...stores, logger, metrics, opened });
  });

  return {
    access,
    accessDomains: async () => (await import('./access-domains.ts')).accessDomainsIn({ store, access, clock }),
    identityDoorDomains: async () =>
      (await import('./identity-door-domains.ts')).identityDoorDomainsIn({ store, access, clock }),
    accounts,
    people,
    resources: whenAsked(async () =>
      (await import('./resource-domains.ts')).resourceDomainsIn({
        ...{ store, access, clock, digests, sealing, limiter },
        ...{ authenticateApiKey: authenticate, requireAllowedAddress, spool, stopping: stopping.signal },
        // What was acknowledged and waits for the sink goes once that has it, and is too old.
        removeLines: async (instanceId) => (handOvers === undefined ? spool.remove(instanceId) : undefined),
      }),
    ),
    apiKeys,
    serviceIds,
    tenants,
    logIns,
    keyList: async (rooms: Pick<KeyListDomainParts, 'ingestionKeys' | 'tenantKeys' | 'useOfIngestionKey'>) => {
      const { keyListDomainIn } = await import('./key-list-domain.ts');
      const searchedValues = limiter('searched_key_values');
      const { serviceAccounts } = await logIns();
      return keyListDomainIn({
        ...rooms,
        serviceAccounts,
        store,
        access,
        clock,
        authenticate,
        apiKeys,
        searchedValues,
      });
    },
    logReading: whenAsked(async () => {
      const { logReadingIn } = await import('./log-reading.ts');
      return logReadingIn({ store, access, clock, stopping: stopping.signal, perMinute: config.logReadsPerMinute });
    }),
    signOut: signOutIn({ store, access, clock }),
    trackRecord: trackRecordIn(store),
    exchange,
    introspection: introspectionWith({ verify, revocations, authenticate, loadIdentityChain, clock, issuer }),
    revocation: revocationWith({ store, verify, revocations, authenticate, apiKeys, clock }),
    authenticateBearer,
    authenticateCaller,
    authenticateClient,
    anonymousIntrospections: limiter('anonymous_introspections'),
    unknownRevocations: limiter('unknown_revocations'),
    signingKeys,
    revocations,
    recorder,
    spool,
    /** Ends what only waits; to be called before what is under way is waited for. */
    beginToStop: () => stopping.abort(),
    trimSpool: lateTrimming({ store, spool, clock, retentionMilliseconds, limitBytes, handOvers }),
    logLines,
    logSenders: whenAsked(async () => {
      const { logSendersIn } = await import('./log-senders.ts');
      const proofs = { authenticateCaller, authenticate, loadIdentityChain, requireAllowedAddress, failedAttempts };
      const authenticateSender = (await logLines()).authenticate;
      return logSendersIn({ ...proofs, ...{ store, access, clock, revocations, recorder, authenticateSender } });
    }),
  };
}
