import type { Lane } from './find-lanes.ts';

/** What came of one lane. */
export interface LaneTime {
  /** From the answer to the revocation until this worker's first refusal was here; `undefined`: none within the limit. */
  readonly milliseconds: number | undefined;
  /** Questions that were sent after the answer, and answered as if the token were good. */
  readonly acceptedAfter: number;
  /** Questions after its own first refusal that were answered as if the token were good. */
  readonly acceptedAgain: number;
}

/** One revocation. */
export interface Round {
  /** Counted from 1. */
  readonly number: number;
  /** The lane through which the token was revoked, as an index of `lanes`. */
  readonly revoker: number;
  readonly lanes: readonly LaneTime[];
}

/** What a round needs. */
export interface RoundParts {
  readonly number: number;
  readonly lanes: readonly Lane[];
  readonly revoker: number;
  /** The token to revoke; good so far. */
  readonly token: string;
  /** Of whoever asks: questions without credentials are limited. */
  readonly asker: string;
}

/** What is promised of every other node (docs/security.md). */
export const PROMISED_MILLISECONDS = 1_000;
const GIVE_UP_MILLISECONDS = 5_000;
const ASKED_AGAIN = 3;

/**
 * Revokes a token through one lane while every other lane asks its worker about it without a pause, until all refuse.
 * @throws Error  a worker did not take the token before, or the revocation was not done
 */
export async function runRound(parts: RoundParts): Promise<Round> {
  const { number, lanes, revoker, token, asker } = parts;
  const accepts = (lane: Lane): Promise<boolean> => asksAbout(lane, token, asker);
  for (const lane of lanes) {
    if (!(await accepts(lane))) throw new Error(`${nameOf(lane)} refuses a token that is good`);
  }
  let answeredAt: number | undefined;
  const revoked = Promise.withResolvers<number>();

  const untilRefused = async (lane: Lane): Promise<Omit<LaneTime, 'acceptedAgain'>> => {
    for (let acceptedAfter = 0; ; ) {
      const sentAt = performance.now();
      const accepted = await accepts(lane);
      if (!accepted) {
        const refusedAt = performance.now();
        return { milliseconds: Math.max(0, refusedAt - (await revoked.promise)), acceptedAfter };
      }
      if (answeredAt === undefined || sentAt < answeredAt) continue;
      acceptedAfter += 1;
      if (sentAt - answeredAt > GIVE_UP_MILLISECONDS) return { milliseconds: undefined, acceptedAfter };
    }
  };
  const revoke = async (lane: Lane): Promise<void> => {
    const { status, text } = await lane.connection.send('/identity/revoke', { form: { token } });
    if (status !== 200) throw new Error(`the revocation was not done: ${status} ${text}`);
    answeredAt = performance.now();
    revoked.resolve(answeredAt);
  };
  const race = lanes.map(async (lane, index): Promise<LaneTime> => {
    if (index === revoker) await revoke(lane).catch(fail);
    const time = await untilRefused(lane);
    return { ...time, acceptedAgain: time.milliseconds === undefined ? 0 : await acceptedAgain(() => accepts(lane)) };
  });
  // Who waits for an answer that never comes must hear of it.
  function fail(cause: unknown): never {
    revoked.reject(cause);
    throw cause;
  }
  revoked.promise.catch(() => undefined);
  return { number, revoker, lanes: await Promise.all(race) };
}

/** @returns a sentence for everything in the round that must not be; empty when all is well */
export function findingsOf({ number, revoker, lanes: times }: Round, lanes: readonly Lane[]): readonly string[] {
  const home = lanes[revoker]?.node;
  return times.flatMap(({ milliseconds, acceptedAfter, acceptedAgain: again }, index) => {
    const lane = lanes[index];
    if (lane === undefined) return [];
    const who = `round ${number}: ${nameOf(lane)}`;
    return [
      ...(milliseconds === undefined || milliseconds > PROMISED_MILLISECONDS ? [`${who} took the token too long`] : []),
      ...(lane.node === home && acceptedAfter > 0 ? [`${who} took the token after its own node had answered`] : []),
      ...(again > 0 ? [`${who} took the token again after it had refused it`] : []),
    ];
  });
}

/** What a lane is called everywhere. */
export const nameOf = ({ node, worker }: Pick<Lane, 'node' | 'worker'>): string => `node ${node}, worker ${worker}`;

async function acceptedAgain(accepts: () => Promise<boolean>): Promise<number> {
  let count = 0;
  for (let asked = 0; asked < ASKED_AGAIN; asked += 1) count += (await accepts()) ? 1 : 0;
  return count;
}

async function asksAbout({ connection }: Lane, token: string, asker: string): Promise<boolean> {
  const { status, text } = await connection.send('/identity/introspect', { form: { token }, bearer: asker });
  if (status !== 200) throw new Error(`a question was not answered: ${status} ${text}`);
  return text.includes('"active":true');
}
