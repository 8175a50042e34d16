import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { settingsOf } from '../../test/harness/backends.ts';
import type { ServiceProcess } from '../../test/harness/service-process.ts';
import type { Drill, DrillParts, DrillReport } from './drill.ts';
import { configOf, type OwnerRows, openOwnerStore, type SeededOwner } from './seeded-owner.ts';

/** "At once" for the answer to the deletion, however many keys there are. */
const ANSWER_MILLISECONDS = 1_000;
/** On a machine that has much else to do: so many times what the deletion of a service ID with one key takes. */
const ANSWER_FACTOR = 5;
/** After a kill, another holder of the background work comes after 15 s. */
const GONE_MILLISECONDS = 240_000;
const LOOK_MILLISECONDS = 50;
const SAMPLE = 40;
const FEW = 5;
const AT_ONCE = 16;

interface Ground extends DrillParts {
  readonly start: () => Promise<ServiceProcess>;
  readonly rows: () => Promise<OwnerRows>;
  readonly close: () => Promise<void>;
  readonly owner: SeededOwner;
  readonly secrets: readonly string[];
  /** A service ID with one key. */
  readonly yardstickId: string;
  /** A key of somebody else, which must go on working. */
  readonly bystander: string;
  readonly findings: string[];
}

/** Deleting an owner of many: at once for everybody who holds a key, later for the disk, also when it is killed meanwhile. */
export const removeOwner: Drill = {
  name: 'remove-owner',
  sentence:
    'Deletes a service ID with many keys, kills the service (SIGKILL) in the middle of the removal in the background and starts it again: every key and token is refused from the answer on, and in the end nothing is left.',
  counted: 'keys of the service ID',
  fullCount: 10_000,
  async run(parts) {
    const ground = await givenGround(parts);
    try {
      return await removal(ground);
    } finally {
      await ground.close();
    }
  },
};

async function removal(ground: Ground): Promise<DrillReport> {
  const { findings, progress, secrets } = ground;
  let service = await ground.start();
  const tokens = await Promise.all(sampleOf(secrets).map((secret) => service.tokenOf(secret)));
  const ownerToken = await service.tokenOf(await service.adminKey());

  const usual = await deleted(ground, service, ownerToken, ground.yardstickId);
  const answered = await deleted(ground, service, ownerToken, ground.owner.id);
  if (answered > Math.max(ANSWER_MILLISECONDS, usual * ANSWER_FACTOR)) {
    findings.push(`the deletion was answered after ${answered} ms, that of one key after ${usual} ms`);
  }

  // Few, because the removal begins meanwhile; all of them after the kill.
  await refuses(ground, service, tokens.slice(-FEW), secrets.slice(-FEW));
  const left = await inTheMiddle(ground);
  await service.kill();
  const leftAfterKill = (await ground.rows()).keys;
  progress(`killed with ${leftAfterKill} of ${secrets.length} keys left`);
  if (left.keys === 0) findings.push('the removal was over before the kill: more keys are needed');

  service = await ground.start();
  await refuses(ground, service, tokens);
  const goneAfter = await untilGone(ground);
  await refuses(ground, service, tokens, secrets);
  await service.stop();
  const facts = {
    keys: secrets.length,
    'answered, ms': answered,
    'of one key, ms': usual,
    'left at the kill': leftAfterKill,
  };
  return { facts: { ...facts, 'gone after the new start, s': goneAfter }, findings };
}

async function givenGround(parts: DrillParts): Promise<Ground> {
  const { backend, processes, count } = parts;
  const dataFolder = join(await processes.folder(), 'data');
  const settings = {
    ...settingsOf(backend),
    // Tokens of before the kill are asked about after it, at another port.
    LATCHKEY_PUBLIC_URL: 'http://keys.test',
    LATCHKEY_FAILED_EXCHANGES_PER_MINUTE: '0',
    LATCHKEY_LOG_LEVEL: 'error',
  };
  const start = () => processes.start({ settings, dataFolder });
  const service = await start();
  const token = await service.tokenOf(await service.adminKey());
  const make = async (name: string) => {
    const { status, body, text } = await service.call('POST', '/v1/serviceids', {
      token,
      json: { name, apikey: { name: 'first' } },
    });
    if (status !== 201) throw new Error(`a service ID is made: ${status} ${text}`);
    return body;
  };
  const [made, other, small] = [await make('of many keys'), await make('somebody else'), await make('of one key')];
  await service.stop();
  const owner = { id: String(made.id), iamId: String(made.iam_id), accountId: String(made.account_id) };
  const store = await openOwnerStore(configOf(settings, dataFolder));
  const seeded = await store.seed(owner, count - 1);
  const secrets = [String(made.apikey.apikey), ...seeded];
  const bystander = String(other.apikey.apikey);
  const known = { owner, secrets, bystander, yardstickId: String(small.id) };
  return { ...parts, ...known, start, rows: () => store.rows(owner), close: store.close, findings: [] };
}

/** @returns after how many milliseconds the deletion was answered */
async function deleted({ findings }: Ground, { call }: ServiceProcess, token: string, id: string): Promise<number> {
  const begunAt = performance.now();
  const { status } = await call('DELETE', `/v1/serviceids/${id}`, { token });
  if (status !== 204) findings.push(`a deletion was answered ${status}`);
  return Math.round(performance.now() - begunAt);
}

/** Every token, and every key of the sample, must be refused now; the key of somebody else must work. */
async function refuses(
  { findings, secrets, bystander }: Ground,
  { call, tokenOf }: ServiceProcess,
  tokens: readonly string[],
  asked: readonly string[] = sampleOf(secrets),
): Promise<void> {
  const used = await Promise.all(tokens.map((token) => call('GET', '/v1/apikeys', { token })));
  const believed = used.filter(({ status }) => status !== 401).length;
  if (believed > 0) findings.push(`${believed} tokens of the removed owner were accepted`);
  let exchanged = 0;
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    const some = asked.slice(from, from + AT_ONCE);
    const answers = await Promise.all(
      some.map((apikey) => call('POST', '/identity/token', { form: { grant_type: 'apikey', apikey } })),
    );
    exchanged += answers.filter(({ status, body }) => status !== 400 || body.errorCode !== 'BXNIM0415E').length;
  }
  if (exchanged > 0) findings.push(`${exchanged} keys of the removed owner were not called unknown`);
  await tokenOf(bystander).catch(() => findings.push('the key of somebody else was refused'));
}

/** Waits until some rows are gone, and not all. */
async function inTheMiddle({ rows, secrets }: Ground): Promise<OwnerRows> {
  const deadline = Date.now() + GONE_MILLISECONDS;
  for (;;) {
    const left = await rows();
    if (left.keys < secrets.length || Date.now() > deadline) return left;
    await pause(LOOK_MILLISECONDS);
  }
}

/** Waits until nothing is left of the owner. @returns after how many seconds */
async function untilGone({ rows, findings }: Ground): Promise<number> {
  const begunAt = Date.now();
  for (;;) {
    const left = await rows();
    const seconds = Math.round((Date.now() - begunAt) / 1_000);
    if (left.keys === 0 && !left.owner) return seconds;
    if (Date.now() - begunAt > GONE_MILLISECONDS) {
      findings.push(
        `${left.keys} keys are left after ${seconds} s, and the owner's row is ${left.owner ? '' : 'not '}there`,
      );
      return seconds;
    }
    await pause(LOOK_MILLISECONDS * 4);
  }
}

/** Of many, a few from everywhere, the first and the last among them. */
function sampleOf(secrets: readonly string[]): readonly string[] {
  const step = Math.max(1, Math.floor(secrets.length / SAMPLE));
  return secrets.filter((_, place) => place % step === 0 || place === secrets.length - 1);
}
