import { setTimeout as pause } from 'node:timers/promises';
import { answerOrNone, type Witness } from '../../test/harness/faults/witnesses.ts';
import type { Answer } from '../../test/harness/http-call.ts';
import { makeKey, type OwnedKey, type Owner } from './given-keys.ts';
import { oneOf } from './random-numbers.ts';

/** A good token, and what ends it. */
export interface PreparedRevocation {
  readonly level: string;
  readonly token: string;
  readonly revoke: (at: Witness) => Promise<Answer>;
  /** Called once the end of the token has been looked at, or could not be brought about. */
  readonly after?: (at: Witness) => Promise<void>;
}

/** What preparing needs. */
export interface RevocationLevelsParts {
  readonly owner: Owner;
  /** Keys that stay good. */
  readonly standing: readonly OwnedKey[];
  /** Keys whose tokens are all ended, and that are good again after. */
  readonly switched: readonly OwnedKey[];
  readonly below: (limit: number) => number;
}

/** Makes one token at a witness. @returns `undefined` when the service cannot now */
export type PrepareRevocation = (at: Witness) => Promise<PreparedRevocation | undefined>;

/** What enabling a key again takes to be known everywhere; until then the key may still be refused. */
const NEWS_MILLISECONDS = 1_500;

type Level = (at: Witness) => Promise<PreparedRevocation | undefined>;

/** @returns what prepares revocations at every level that a client can reach, the cheap ones more often */
export function revocationLevels(parts: RevocationLevelsParts): PrepareRevocation {
  const { owner, standing, below } = parts;
  const token = owner.token;
  const free = [...parts.switched];

  const singleToken: Level = async (at) => {
    const fresh = await tokenOf(at, oneOf(standing, below));
    if (fresh === undefined) return undefined;
    const revoke: PreparedRevocation['revoke'] = ({ call }) => call('POST', '/identity/revoke', form({ token: fresh }));
    return { level: 'token', token: fresh, revoke };
  };

  const switchedKey = async (at: Witness, level: string, end: (key: OwnedKey) => PreparedRevocation['revoke']) => {
    const key = free.shift();
    if (key === undefined) return singleToken(at);
    const fresh = await tokenOf(at, key);
    if (fresh === undefined) {
      free.push(key);
      return undefined;
    }
    const after = async ({ call }: Witness): Promise<void> => {
      const enabled = await answerOrNone(() => call('DELETE', `/v1/apikeys/${key.id}/disable`, { token }));
      // Whether it is enabled is not known: it is not used again.
      if (enabled?.status !== 204) return;
      void pause(NEWS_MILLISECONDS).then(() => free.push(key));
    };
    return { level, token: fresh, revoke: end(key), after };
  };

  const disabledKey: Level = (at) =>
    switchedKey(
      at,
      'key disabled',
      ({ id }) =>
        ({ call }) =>
          call('POST', `/v1/apikeys/${id}/disable`, { token }),
    );

  const givenBackKey: Level = (at) =>
    switchedKey(
      at,
      'key given back',
      ({ secret }) =>
        ({ call }) =>
          call('POST', '/identity/revoke', form({ apikey: secret })),
    );

  const signedOut =
    (level: string, path: (key: OwnedKey) => string): Level =>
    (at) =>
      switchedKey(
        at,
        level,
        (key) =>
          ({ call }) =>
            call('POST', path(key), { token }),
      );
  const signedOutKey = signedOut('key signed out', ({ id }) => `/latchkey/v1/apikeys/${id}/sign_out`);
  const signedOutServiceId = signedOut(
    'service ID signed out',
    ({ serviceId }) => `/latchkey/v1/serviceids/${serviceId}/sign_out`,
  );

  const removed =
    (level: string, path: (key: OwnedKey) => string): Level =>
    async (at) => {
      const key = await makeKey(at, owner);
      const fresh = key && (await tokenOf(at, key));
      if (key === undefined || fresh === undefined) return undefined;
      return { level, token: fresh, revoke: ({ call }) => call('DELETE', path(key), { token }) };
    };
  const deletedKey = removed('key deleted', ({ id }) => `/v1/apikeys/${id}`);
  const deletedServiceId = removed('service ID deleted', ({ serviceId }) => `/v1/serviceids/${serviceId}`);

  const rows: readonly (readonly [weight: number, level: Level])[] = [
    [13, singleToken],
    [2, disabledKey],
    [1, givenBackKey],
    [1, signedOutKey],
    [1, signedOutServiceId],
    [1, deletedKey],
    [1, deletedServiceId],
  ];
  const all = rows.flatMap(([weight, level]) => Array.from({ length: weight }, () => level));
  return (at) => oneOf(all, below)(at);
}

const form = (fields: Record<string, string>) => ({ form: fields });

/** @returns `undefined` when the service cannot now. @throws when it refuses the key, which is good */
async function tokenOf({ name, call }: Witness, { secret }: OwnedKey): Promise<string | undefined> {
  const asked = { grant_type: 'apikey', apikey: secret };
  const answer = await answerOrNone(() => call('POST', '/identity/token', { form: asked }));
  if (answer === undefined || answer.status === 503) return undefined;
  if (answer.status !== 200) throw new Error(`${name} refuses a good key: ${answer.status} ${answer.text}`);
  return String(answer.body['access_token']);
}
