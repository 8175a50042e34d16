import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { eventually } from '../contract/eventually.ts';
import { BACKENDS, settingsOf } from '../harness/backends.ts';
import { type RunningService, runningService } from '../harness/running-service.ts';

const ROTATIONS = 5;
const MAX_AGE_SECONDS = 60;
/** What a key is published before it signs: the max-age, and a minute. */
const LEAD_MILLISECONDS = (MAX_AGE_SECONDS + 60) * 1_000;
const STEP_MILLISECONDS = 15_000;

describe.each(BACKENDS)('two nodes whose signing keys rotate [%s]', (backend) => {
  let dataFolder: string;
  let nodes: readonly RunningService[] = [];
  beforeAll(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'latchkey-rotating-'));
    const settings = {
      ...settingsOf(backend),
      ...{ LATCHKEY_PUBLIC_URL: 'http://keys.test', LATCHKEY_JWKS_MAX_AGE_SECONDS: String(MAX_AGE_SECONDS) },
    };
    const one = await runningService({ backend, settings, dataFolder });
    nodes = [one, await runningService({ backend, settings, dataFolder })];
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.dispose()));
    await rm(dataFolder, { recursive: true, force: true });
  });

  /** R23: a verifier that asks for the keys once a max-age, of whichever node, must know every key in time. */
  it(`when they rotate ${ROTATIONS} times under load, then a verifier that caches the keys for max-age never fails`, async () => {
    const [one, other] = nodes;
    if (one === undefined || other === undefined) throw new Error('there are two nodes');
    const failures: unknown[] = [];
    const kids = new Set<string | undefined>();
    let cached: { readonly keys: ReturnType<typeof createLocalJWKSet>; readonly at: number } | undefined;
    const verify = async (token: string, keysFrom: RunningService): Promise<void> => {
      const now = one.clock.now();
      if (cached === undefined || now - cached.at >= MAX_AGE_SECONDS * 1_000) {
        const { body } = await keysFrom.call('GET', '/identity/keys');
        // The body is a key set (RFC 7517, section 5), or the verification fails.
        cached = { keys: createLocalJWKSet(body as JSONWebKeySet), at: now };
      }
      const { protectedHeader } = await jwtVerify(token, cached.keys, { currentDate: new Date(now) });
      kids.add(protectedHeader.kid);
    };

    for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
      const [rotating, asked] = rotation % 2 === 0 ? [one, other] : [other, one];
      const { kid } = await rotating.domains.signingKeys.rotate();
      await eventually(() => expect(asked.domains.signingKeys.list().map((key) => key.kid)).toContain(kid), 2_000);
      for (let passed = 0; passed <= LEAD_MILLISECONDS; passed += STEP_MILLISECONDS) {
        const tokens = await Promise.all([...nodes, ...nodes].map((node) => node.ownerToken()));
        for (const token of tokens) await verify(token, asked).catch((error: unknown) => failures.push(error));
        for (const node of nodes) node.clock.pass(STEP_MILLISECONDS);
      }
    }

    expect(failures).toEqual([]);
    expect(kids.size).toBe(ROTATIONS + 1);
  });
});
