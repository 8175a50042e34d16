import { setTimeout as pause } from 'node:timers/promises';
import { defaultResourceGroup } from '../../../src/accounts/default-resource-group.ts';
import { SERVICE_PLANS } from '../../../src/resource-catalog/catalog.ts';
import type { Answer } from '../http-call.ts';
import type { ServiceProcess } from '../service-process.ts';

/** What was asked of the service and what it has answered: `asked` may or may not have been done. */
type Progress = 'not asked' | 'asked' | 'done';

/** One resource key, as its client knows it. */
interface ChurnedBundle {
  created: Progress;
  /** All from the answer to the creation. */
  guid: string;
  credentials: Readonly<Record<string, string>>;
  token: string;
  /** The key, or the whole instance, was deleted. */
  ended: Progress;
}

/** What churning needs. */
interface Ground {
  readonly service: ServiceProcess;
  readonly token: string;
  readonly accountId: string;
}

/** What many rounds come to. */
export interface BundleKillRounds {
  readonly kills: number;
  readonly begun: number;
  readonly acknowledged: number;
  readonly deleted: number;
  readonly findings: readonly string[];
}

/** What the rounds need. */
export interface BundleKillParts {
  readonly kills: number;
  /** Starts the service, each time on the same installation. */
  start(): Promise<ServiceProcess>;
  /** Looks through the whole store, while no service runs. @returns a sentence for everything that must not be */
  look(): Promise<readonly string[]>;
  /** Told after each round; @returns false to stop early. */
  onRound?(kills: number, findings: number): boolean;
}

const LONGEST_LIFE_MILLISECONDS = 900;
const WORKERS = 4;

/** Kills the service at random instants while resource keys, and instances with them, are made and deleted, and looks at what is left. */
export async function bundleKillRounds({ kills, start, look, onRound }: BundleKillParts): Promise<BundleKillRounds> {
  const all: ChurnedBundle[] = [];
  const findings: string[] = [];
  let done = 0;
  for (; done < kills; done += 1) {
    const ground = await groundOf(await start());
    // What is loaded with the first request is not what is to be interrupted.
    await provisioned(ground, 'generic-service');
    const churning = churnUntilGone(ground);
    await pause(Math.random() * LONGEST_LIFE_MILLISECONDS);
    await ground.service.kill();
    all.push(...(await churning));
    findings.push(...(await look()).map((finding) => `after kill ${done + 1}: ${finding}`));
    if (onRound?.(done + 1, findings.length) === false) break;
  }
  const ground = await groundOf(await start());
  findings.push(...(await lossesOf(ground, all)));
  await untilNothingIsRemoving(ground);
  await ground.service.stop();
  findings.push(...(await look()));
  return {
    kills: done,
    begun: all.length,
    acknowledged: all.filter(({ created }) => created === 'done').length,
    deleted: all.filter(({ ended }) => ended === 'done').length,
    findings,
  };
}

async function groundOf(service: ServiceProcess): Promise<Ground> {
  const token = await service.tokenOf(await service.adminKey());
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return { service, token, accountId: claims.account.bss };
}

/** @returns everything that was begun, whether it was answered or not */
async function churnUntilGone(ground: Ground): Promise<readonly ChurnedBundle[]> {
  const bundles: ChurnedBundle[] = [];
  const workers = Array.from({ length: WORKERS }, async (_, worker) => {
    try {
      for (let count = worker; ; count += 1) await churnOne(ground, bundles, count);
    } catch (error) {
      // The connection broke: that is the end that is waited for. Any other failure is the test's.
      if (!isBrokenConnection(error)) throw error;
    }
  });
  await Promise.all(workers);
  return bundles;
}

/** What `fetch` fails with. By name: inside jest its TypeError is another class than the global one. */
const isBrokenConnection = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError';

const ROLES = ['Reader', undefined, 'Manager'];
const SERVICES = ['logdna', 'generic-service'];

/** An instance with two or three keys, of which one is deleted by itself, and sometimes all with the instance. */
async function churnOne(ground: Ground, bundles: ChurnedBundle[], count: number): Promise<void> {
  const { service, token } = ground;
  const instance = await provisioned(ground, SERVICES[count % 2] ?? '');
  const made: ChurnedBundle[] = [];
  for (const role of ROLES.slice(count % 2)) {
    const bundle = newBundle();
    bundles.push(bundle);
    made.push(bundle);
    await make(ground, bundle, { name: 'churned', source: instance, ...(role !== undefined && { role }) });
  }
  const [first, ...others] = made;
  const ended = async (bundle: readonly ChurnedBundle[], path: string): Promise<void> => {
    for (const one of bundle) one.ended = 'asked';
    answered(await service.call('DELETE', path, { token }), 204);
    for (const one of bundle) one.ended = 'done';
  };
  if (first !== undefined) await ended([first], `/v2/resource_keys/${first.guid}`);
  if (count % 3 !== 0) await ended(others, `/v2/resource_instances/${instance}?recursive=true`);
}

const newBundle = (): ChurnedBundle => ({
  ...{ created: 'not asked', ended: 'not asked' },
  ...{ guid: '', credentials: {}, token: '' },
});

async function provisioned({ service, token, accountId }: Ground, name: string): Promise<string> {
  const plan = SERVICE_PLANS.find((row) => row.service.name === name && !row.plan.reclaims)?.plan.id;
  const resource_group = defaultResourceGroup(accountId).id;
  const json = { name: 'churned', target: 'us-south', resource_group, resource_plan_id: plan };
  return answered(await service.call('POST', '/v2/resource_instances', { token, json }), 201).body.guid;
}

async function make({ service, token }: Ground, bundle: ChurnedBundle, json: object): Promise<void> {
  bundle.created = 'asked';
  const { body } = answered(await service.call('POST', '/v2/resource_keys', { token, json }), 201);
  bundle.guid = body.guid;
  bundle.credentials = body.credentials;
  bundle.created = 'done';
  bundle.token = await service.tokenOf(body.credentials.apikey);
}

function answered(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.text}`);
  return answer;
}

const LOOKERS = 8;

/** @returns a sentence for each acknowledged key that is not as it was answered, and for each acknowledged end that is none */
async function lossesOf(ground: Ground, bundles: readonly ChurnedBundle[]): Promise<readonly string[]> {
  const findings: string[] = [];
  const rest = bundles.filter(({ created }) => created === 'done').values();
  const look = async (): Promise<void> => {
    // The lookers share one iterator, so each key is looked at once.
    for (const bundle of rest) findings.push(...(await lossOf(ground, bundle)));
  };
  await Promise.all(Array.from({ length: LOOKERS }, look));
  return findings;
}

async function lossOf({ service, token }: Ground, bundle: ChurnedBundle): Promise<readonly string[]> {
  const { guid, credentials, ended } = bundle;
  const { body } = await service.call('GET', `/v2/resource_keys/${guid}`, { token });
  const form = { grant_type: 'apikey', apikey: credentials['apikey'] ?? '' };
  const { status } = await service.call('POST', '/identity/token', { form });
  const findings: string[] = [];
  if (ended === 'not asked') {
    const isSame = JSON.stringify(body.credentials) === JSON.stringify(credentials);
    if (!isSame) findings.push(`${guid}: an acknowledged bundle is lost or another`);
    if (status !== 200) findings.push(`${guid}: the API key of an acknowledged bundle is refused`);
  }
  if (ended === 'done') {
    const introspected = await service.call('POST', '/identity/introspect', { form: { token: bundle.token } });
    if (body.state !== 'removed') findings.push(`${guid}: an acknowledged end is lost`);
    if (status !== 400) findings.push(`${guid}: the API key is accepted after its acknowledged end`);
    if (introspected.body.active !== false) findings.push(`${guid}: a token is accepted after the acknowledged end`);
  }
  return findings;
}

/**
 * Background work begins again 15 s after a kill, what was being committed is free again after as many (`mongod-process.ts`),
 * and up to one instance a kill is to be finished.
 */
const STANDSTILL_MILLISECONDS = 60_000;

/** What kills left half deleted, the service that comes back finishes by itself. */
async function untilNothingIsRemoving({ service, token }: Ground): Promise<void> {
  let left = Number.POSITIVE_INFINITY;
  let changedAt = Date.now();
  for (;;) {
    const path = '/v2/resource_instances?state=pending_removal&limit=100';
    const { body } = await service.call('GET', path, { token });
    if (body.rows_count === 0 && body.next_url === null) return;
    if (body.rows_count !== left) changedAt = Date.now();
    left = body.rows_count;
    if (Date.now() > changedAt + STANDSTILL_MILLISECONDS) {
      throw new Error(`${left} instances are still being removed: ${body.resources[0].guid}`);
    }
    await pause(50);
  }
}
