import { type Child, childOf } from './child.ts';
import type { LoadAnswer, LoadQuestion, LoadRequest } from './load.ts';

/** The process that asks. */
export type LoadProcess = Child<LoadQuestion, LoadAnswer>;

/** As many as 32 clients that wait for their answers. */
export const CONNECTIONS = 32;

/** Ten times what a round takes; then it says how much was not answered. */
const ROUND_LIMIT_MILLISECONDS = 180_000;
const GRANT_TYPE = encodeURIComponent('urn:ibm:params:oauth:grant-type:apikey');

/** Starts the process that asks. */
export const startLoad = (): LoadProcess => childOf<LoadQuestion, LoadAnswer>('load.ts');

/** @returns an exchange of one key */
export function exchangeOf(apiKey: string): LoadRequest {
  return { path: '/identity/token', headers: [], body: `grant_type=${GRANT_TYPE}&apikey=${apiKey}` };
}

/** @returns an exchange of a random key of a file */
export function exchangeOfAny(secretsFile: string): LoadRequest {
  return { ...exchangeOf(''), secretsFile };
}

/** Asks, and expects 200 each time. @throws Error when an answer was another, or did not come */
export async function answeredLoad(
  load: LoadProcess,
  question: Pick<LoadQuestion, 'ports' | 'request' | 'count'>,
): Promise<LoadAnswer> {
  const { count } = question;
  const answer = await load.ask({
    connections: CONNECTIONS,
    ...question,
    limitMilliseconds: ROUND_LIMIT_MILLISECONDS,
  });
  if (answer.answered !== count || answer.refused > 0) {
    throw new Error(`${answer.answered} of ${count} were answered, ${answer.refused} not with 200`);
  }
  return answer;
}
