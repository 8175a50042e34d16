import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../http-call.ts';
import type { ServiceProcess } from '../service-process.ts';

/** What was asked of the service and what it has answered: `asked` may or may not have been done. */
type Progress = 'not asked' | 'asked' | 'done';

/** One service ID with one key, as its client knows it. */
export interface ChurnedKey {
  /** Unique, so that what was made without an answer can be found again. */
  readonly name: string;
  created: Progress;
  /** Both from the answer to the creation. */
  keyId: string | undefined;
  apikey: string | undefined;
  token: string | undefined;
  tokenRevoked: Progress;
  /** The key was given back, or deleted. */
  ended: Progress;
}

/** What churning needs. */
export interface ChurnParts {
  readonly service: ServiceProcess;
  readonly ownerToken: string;
  readonly accountId: string;
  /** Begins each name. */
  readonly round: string;
  readonly workers: number;
}

/**
 * Makes and revokes keys and tokens, as fast as answers come, until the service is gone.
 * @param keys gets everything that is begun, whether it is answered or not
 * @returns the same, when the service is gone
 */
export async function churnUntilGone(parts: ChurnParts, keys: ChurnedKey[]): Promise<readonly ChurnedKey[]> {
  const work = async (worker: number): Promise<void> => {
    for (let count = 0; ; count += 1) {
      const key = newChurnedKey(`${parts.round}-${worker}-${count}`);
      keys.push(key);
      await churnOne(parts, key, count);
    }
  };
  const workers = Array.from({ length: parts.workers }, (_, worker) =>
    work(worker).catch((error: unknown) => {
      // The connection broke: that is the end that is waited for. Any other failure is the test's.
      if (!isBrokenConnection(error)) throw error;
    }),
  );
  await Promise.all(workers);
  return keys;
}

/** What `fetch` fails with. By name: inside jest its TypeError is another class than the global one. */
function isBrokenConnection(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError';
}

function newChurnedKey(name: string): ChurnedKey {
  return {
    name,
    created: 'not asked',
    keyId: undefined,
    apikey: undefined,
    token: undefined,
    tokenRevoked: 'not asked',
    ended: 'not asked',
  };
}

async function churnOne({ service, ownerToken, accountId }: ChurnParts, key: ChurnedKey, count: number): Promise<void> {
  const { name } = key;
  key.created = 'asked';
  const json = { name, account_id: accountId, apikey: { name } };
  const created = answered(await service.call('POST', '/v1/serviceids', { token: ownerToken, json }), 201);
  key.keyId = String(created.body.apikey.id);
  key.apikey = String(created.body.apikey.apikey);
  key.created = 'done';
  key.token = await service.tokenOf(key.apikey);

  const revoke = (form: Record<string, string>) => service.call('POST', '/identity/revoke', { form });
  if (count % 3 === 0) {
    key.tokenRevoked = 'asked';
    answered(await revoke({ token: key.token }), 200);
    key.tokenRevoked = 'done';
  } else if (count % 3 === 1) {
    key.ended = 'asked';
    if (count % 2 === 0) answered(await revoke({ apikey: key.apikey }), 200);
    else answered(await service.call('DELETE', `/v1/apikeys/${key.keyId}`, { token: ownerToken }), 204);
    key.ended = 'done';
  }
}

function answered(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.text}`);
  return answer;
}

const LOOKERS = 8;

/**
 * Compares what the service says now with what it had acknowledged.
 * @returns a sentence for each thing that is lost or half made; empty when all is well
 */
export async function churnFindings(
  service: ServiceProcess,
  ownerToken: string,
  accountId: string,
  keys: readonly ChurnedKey[],
): Promise<readonly string[]> {
  const findings: string[] = [];
  const rest = keys.values();
  const look = async (): Promise<void> => {
    for (const key of rest) {
      if (key.created === 'done') findings.push(...(await lossesOf(service, key)));
      findings.push(...(await halvesOf(service, ownerToken, accountId, key)));
    }
  };
  // The lookers share one iterator, so each key is looked at once.
  await Promise.all(Array.from({ length: LOOKERS }, look));
  return findings;
}

async function lossesOf({ call }: ServiceProcess, key: ChurnedKey): Promise<readonly string[]> {
  const { name, apikey = '', token, ended, tokenRevoked } = key;
  const findings: string[] = [];
  const exchanged = await call('POST', '/identity/token', { form: { grant_type: 'apikey', apikey } });
  if (ended === 'not asked' && exchanged.status !== 200)
    findings.push(`${name}: an acknowledged key is lost (${exchanged.text})`);
  if (ended === 'done' && exchanged.status !== 400) findings.push(`${name}: an acknowledged end of a key is lost`);
  if (token === undefined) return findings;

  const { body } = await call('POST', '/identity/introspect', { form: { token } });
  const isOver = ended === 'done' || tokenRevoked === 'done';
  const isUntouched = ended === 'not asked' && tokenRevoked === 'not asked';
  if (isOver && body.active !== false) findings.push(`${name}: an acknowledged revocation of a token is lost`);
  if (isUntouched && body.active !== true) findings.push(`${name}: a token that nobody revoked is refused`);
  return findings;
}

/** A service ID and its key come together or not at all. */
async function halvesOf(
  { call }: ServiceProcess,
  token: string,
  accountId: string,
  { name, created, ended }: ChurnedKey,
): Promise<readonly string[]> {
  const owners = await call('GET', `/v1/serviceids?account_id=${accountId}&name=${name}`, { token });
  const found: readonly { iam_id: string }[] = owners.body.serviceids;
  if (found.length > 1) return [`${name}: made twice`];
  const [owner] = found;
  if (owner === undefined) return created === 'done' ? [`${name}: an acknowledged service ID is lost`] : [];
  const keys = await call('GET', `/v1/apikeys?account_id=${accountId}&iam_id=${owner.iam_id}`, { token });
  const count = keys.body.apikeys.length;
  if (count > 1) return [`${name}: has ${count} keys`];
  return count === 0 && ended === 'not asked' ? [`${name}: half made, a service ID without its key`] : [];
}

/** What many rounds come to. */
export interface KillRounds {
  readonly kills: number;
  readonly begun: number;
  readonly acknowledged: number;
  readonly revoked: number;
  readonly findings: readonly string[];
}

/** What the rounds need. */
export interface KillRoundsParts {
  readonly kills: number;
  /** Starts the service, each time on the same installation. */
  start(): Promise<ServiceProcess>;
  /** Told after each round; @returns false to stop early. */
  onRound?(kills: number, findings: number): boolean;
}

const LONGEST_LIFE_MILLISECONDS = 300;
const WORKERS = 4;

/** Kills the service at random instants while keys are made and revoked, and looks after each start at what is left. */
export async function killRounds({ kills, start, onRound }: KillRoundsParts): Promise<KillRounds> {
  const all: ChurnedKey[] = [];
  const findings: string[] = [];
  let last: readonly ChurnedKey[] = [];
  let done = 0;
  for (; done < kills; done += 1) {
    const service = await start();
    const { ownerToken, accountId } = await ownerOf(service);
    findings.push(...(await churnFindings(service, ownerToken, accountId, last)));
    const current: ChurnedKey[] = [];
    const parts = { service, ownerToken, accountId, round: `round${done}`, workers: WORKERS };
    const churning = churnUntilGone(parts, current);
    await pause(Math.random() * LONGEST_LIFE_MILLISECONDS);
    // On a busy machine nothing may have been answered by then, and then nothing can be lost: the last round waits for it.
    if (done === kills - 1) await untilRevoked(() => [...all, ...current], churning);
    await service.kill();
    last = await churning;
    all.push(...last);
    if (onRound?.(done + 1, findings.length) === false) break;
  }
  const service = await start();
  const { ownerToken, accountId } = await ownerOf(service);
  findings.push(...(await churnFindings(service, ownerToken, accountId, all)));
  await service.stop();
  return {
    kills: done,
    begun: all.length,
    acknowledged: all.filter(({ created }) => created === 'done').length,
    revoked: all.filter(isRevoked).length,
    findings,
  };
}

/** Until something was acknowledged as revoked, or the service is gone by itself. */
async function untilRevoked(keys: () => readonly ChurnedKey[], gone: Promise<unknown>): Promise<void> {
  let isGone = false;
  const end = (): void => {
    isGone = true;
  };
  void gone.then(end, end);
  while (!isGone && !keys().some(isRevoked)) await pause(5);
}

const isRevoked = ({ ended, tokenRevoked }: ChurnedKey): boolean => ended === 'done' || tokenRevoked === 'done';

async function ownerOf(service: ServiceProcess): Promise<{ ownerToken: string; accountId: string }> {
  const ownerToken = await service.tokenOf(await service.adminKey());
  const claims = JSON.parse(Buffer.from(ownerToken.split('.')[1] ?? '', 'base64url').toString());
  return { ownerToken, accountId: claims.account.bss };
}
