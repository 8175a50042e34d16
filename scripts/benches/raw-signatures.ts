/**
 * The yardstick: what one signature costs in CPU when a process does nothing else. On the thread pool, through the
 * asynchronous `sign` of node:crypto, as many are under way as the load has connections. In a loop, through the synchronous
 * one, one is made after the other: what one core can do, and the cheapest way of all, since the code and its tables never
 * leave the processor's caches.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { answerParent } from './child.ts';

/** How many signatures to make, and of how many bytes. */
export interface RawQuestion {
  readonly algorithm: 'RS256' | 'ES256';
  readonly manner: 'thread-pool' | 'loop';
  readonly count: number;
  readonly inputBytes: number;
}

/** CPU of all threads of the process, user and system together. */
export interface RawAnswer {
  readonly cpuMicroseconds: number;
}

const UNDER_WAY = 32;
const KEYS = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
};

answerParent<RawQuestion, RawAnswer>(async ({ algorithm, manner, count, inputBytes }) => {
  const make = manner === 'thread-pool' ? onThreadPool : oneByOne;
  const input = Buffer.from(randomBytes(inputBytes).toString('base64url').slice(0, inputBytes));
  const privateKey = KEYS[algorithm];
  await make(privateKey, input, Math.ceil(count / 10));
  const before = process.cpuUsage();
  await make(privateKey, input, count);
  const { user, system } = process.cpuUsage(before);
  return { cpuMicroseconds: (user + system) / count };
});

/** What JWS wants of ES256 (RFC 7518, section 3.4); RSA passes it over. */
const ENCODING = { dsaEncoding: 'ieee-p1363' } as const;

async function oneByOne(key: KeyObject, input: Buffer, count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) sign('sha256', input, { key, ...ENCODING });
}

async function onThreadPool(key: KeyObject, input: Buffer, count: number): Promise<void> {
  let begun = 0;
  const signOne = () =>
    new Promise<void>((resolve, reject) => {
      sign('sha256', input, key, (error) => (error === null ? resolve() : reject(error)));
    });
  const worker = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      await signOne();
    }
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, worker));
}
