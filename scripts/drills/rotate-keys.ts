import { setTimeout as pause } from 'node:timers/promises';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { type GivenClock, givenClock } from '../../test/harness/faults/given-clock.ts';
import type { Witness } from '../../test/harness/faults/witnesses.ts';
import type { Drill, DrillParts, DrillReport } from './drill.ts';
import { startFleet } from './fleet.ts';
import { makeKeys, ownerOf } from './given-keys.ts';
import { honestLoad, loadFacts } from './honest-load.ts';
import { oneOf, randomNumbers } from './random-numbers.ts';

const NODES = 2;
const VERIFIERS = 8;
const LOAD_A_SECOND = 80;
const MAX_AGE_SECONDS = 30;
/** A key is published for its max-age and a minute before it signs; so that 20 of them do not take half an hour, … */
const CLOCK_RATE = 10;
const KEPT_TOKENS = 2_000;
const LONGEST_WAIT_MILLISECONDS = 60_000;
const ISSUER = 'http://keys.test/identity';

/** R23, R24. */
export const rotateKeys: Drill = {
  name: 'rotate-keys',
  sentence: `Rotates the signing keys of ${NODES} nodes under ${LOAD_A_SECOND} requests a second, on a clock ${CLOCK_RATE} times as fast, while ${VERIFIERS} verifiers (jose, offline) keep the key set for the whole max-age and never ask sooner; every token, young or old, must verify.`,
  counted: 'rotations',
  fullCount: 20,
  run: (parts) => runRotateKeys(parts),
};

async function runRotateKeys(parts: DrillParts): Promise<DrillReport> {
  const { backend, count, seed, processes, workers, mayGoOn, progress } = parts;
  const below = randomNumbers(seed);
  const clock = await givenClock({ folder: await processes.folder(), name: 'all', rate: CLOCK_RATE });
  const settings = { ...clock.settings, LATCHKEY_JWKS_MAX_AGE_SECONDS: String(MAX_AGE_SECONDS) };
  const fleet = await startFleet({ processes, backend, nodes: NODES, workers, settings });
  const [first] = fleet.nodes;
  const [witness] = fleet.witnesses;
  if (first === undefined || witness === undefined) throw new Error('nobody answers');
  const keys = await makeKeys(witness, await ownerOf(fleet), 5);
  const tokens: string[] = [];
  const onToken = (token: string): void => {
    // Old ones stay among them: a random one makes room.
    if (tokens.length < KEPT_TOKENS) tokens.push(token);
    else tokens[below(KEPT_TOKENS)] = token;
  };
  const load = honestLoad({ witnesses: () => fleet.witnesses, keys, requestsPerSecond: LOAD_A_SECOND, below, onToken });
  const verifying = verifiers({ witnesses: fleet.witnesses, clock, tokens, below });
  const findings: string[] = [];
  let done = 0;
  for (; done < count && mayGoOn(); done += 1) {
    const rotated = await processes.run(['rotate-signing-key'], first);
    if (rotated.exitCode !== 0) findings.push(`rotate-signing-key ended with ${rotated.exitCode}: ${rotated.stderr}`);
    const before = signerOf(tokens.at(-1));
    if (
      !(await until(
        () => signerOf(tokens.at(-1)) !== before || tokens.slice(-20).some((token) => signerOf(token) !== before),
      ))
    )
      findings.push(`rotation ${done + 1}: the next key does not sign`);
    progress(
      `${done + 1} rotations, ${verifying.report.verified} verifications, ${verifying.report.failures.length} failures`,
    );
  }
  // Everyone has the last key as well.
  await pause((1_000 * MAX_AGE_SECONDS) / CLOCK_RATE);
  await verifying.stop();
  const loaded = await load.stop();
  await fleet.stop();
  const { verified, fetched, failures } = verifying.report;
  return {
    facts: {
      rotations: done,
      'keys seen': verifying.report.kids.size,
      'offline verifications': verified,
      'key sets fetched': fetched,
      ...loadFacts(loaded),
    },
    findings: [...findings, ...failures, ...loaded.findings],
  };
}

const signerOf = (token: string | undefined): string | undefined =>
  token === undefined
    ? undefined
    : String(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid);

async function until(condition: () => boolean): Promise<boolean> {
  const deadline = performance.now() + LONGEST_WAIT_MILLISECONDS;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await pause(20);
  }
  return true;
}

interface VerifierParts {
  readonly witnesses: readonly Witness[];
  readonly clock: GivenClock;
  readonly tokens: readonly string[];
  readonly below: (limit: number) => number;
}

/** Each fetches the key set when its copy is as old as the answer allowed, and at no other time. */
function verifiers({ witnesses, clock, tokens, below }: VerifierParts) {
  const report = { verified: 0, fetched: 0, failures: [] as string[], kids: new Set<string>() };
  let isOver = false;
  const work = async (): Promise<void> => {
    let keySet: ReturnType<typeof createLocalJWKSet> | undefined;
    let goodUntil = 0;
    // Not all at the same time.
    await pause(below((1_000 * MAX_AGE_SECONDS) / CLOCK_RATE));
    while (!isOver) {
      if (keySet === undefined || clock.now() >= goodUntil) {
        const askedAt = clock.now();
        const { body, headers } = await oneOf(witnesses, below).call('GET', '/identity/keys');
        const maxAge = Number(/max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1]);
        // What the service answers to this path.
        keySet = createLocalJWKSet(body as JSONWebKeySet);
        goodUntil = askedAt + maxAge * 1_000;
        report.fetched += 1;
      }
      // The youngest is what a new key signs first; any other may be of a key that has stopped.
      const token = below(2) === 0 ? tokens.at(-1) : tokens[below(Math.max(1, tokens.length))];
      if (token !== undefined) await verify(token, keySet);
      await pause(5);
    }
  };
  const verify = async (token: string, keySet: ReturnType<typeof createLocalJWKSet>): Promise<void> => {
    const now = clock.now();
    try {
      await jwtVerify(token, keySet, { issuer: ISSUER, typ: 'at+jwt', currentDate: new Date(now), clockTolerance: 1 });
      report.verified += 1;
      report.kids.add(signerOf(token) ?? '');
    } catch (error) {
      // Its life is over; the drill keeps tokens for longer than that.
      if (error instanceof Error && 'code' in error && error.code === 'ERR_JWT_EXPIRED') return;
      report.failures.push(
        `a token of ${signerOf(token)} does not verify: ${error instanceof Error ? error.message : error}`,
      );
    }
  };
  const all = Promise.all(Array.from({ length: VERIFIERS }, work));
  all.catch(() => undefined);
  return {
    report,
    async stop() {
      isOver = true;
      await all;
    },
  };
}
