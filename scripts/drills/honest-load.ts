import { setTimeout as pause } from 'node:timers/promises';
import { answerOrNone, verdictOf, type Witness } from '../../test/harness/faults/witnesses.ts';
import type { OwnedKey } from './given-keys.ts';
import { oneOf } from './random-numbers.ts';

/** Good keys and tokens, used all the time. */
export interface HonestLoad {
  readonly answered: () => number;
  /** Ends it. */
  stop(): Promise<HonestLoadReport>;
}

/** What became of them. */
export interface HonestLoadReport {
  readonly exchanged: number;
  readonly checked: number;
  /** 503 or no answer. */
  readonly unavailable: number;
  /** A sentence for each refusal of something good. */
  readonly findings: readonly string[];
}

/** What the load is made of. */
export interface HonestLoadParts {
  readonly witnesses: () => readonly Witness[];
  readonly keys: readonly OwnedKey[];
  readonly requestsPerSecond: number;
  readonly below: (limit: number) => number;
  /** Told each token that was given for a good key. */
  readonly onToken?: (token: string) => void;
}

const CLIENTS = 4;
const YOUNG_TOKENS = 50;

/** Exchanges good keys and uses the tokens at every process; 503 is an answer, "no" is not. */
export function honestLoad({ witnesses, keys, requestsPerSecond, below, onToken }: HonestLoadParts): HonestLoad {
  const report = { exchanged: 0, checked: 0, unavailable: 0, findings: [] as string[] };
  const tokens: string[] = [];
  const period = (1_000 * CLIENTS) / requestsPerSecond;
  let isOver = false;

  const exchange = async ({ name, call }: Witness): Promise<void> => {
    const asked = { grant_type: 'apikey', apikey: oneOf(keys, below).secret };
    const answer = await answerOrNone(() => call('POST', '/identity/token', { form: asked }));
    if (answer === undefined || answer.status === 503) {
      report.unavailable += 1;
    } else if (answer.status === 200) {
      report.exchanged += 1;
      const token = String(answer.body['access_token']);
      tokens.push(token);
      if (tokens.length > YOUNG_TOKENS) tokens.shift();
      onToken?.(token);
    } else report.findings.push(`${name} refused a good key: ${answer.status} ${answer.text}`);
  };

  const check = async (witness: Witness, token: string): Promise<void> => {
    const verdict = await verdictOf(witness, token, below(2) === 0 ? 'introspect' : 'bearer');
    if (verdict === 'unknown') report.unavailable += 1;
    else report.checked += 1;
    if (verdict === 'refused') report.findings.push(`${witness.name} refused a good token`);
  };

  const work = async (): Promise<void> => {
    while (!isOver) {
      const begunAt = performance.now();
      const witness = oneOf(witnesses(), below);
      if (tokens.length === 0 || below(2) === 0) await exchange(witness);
      else await check(witness, oneOf(tokens, below));
      await pause(Math.max(1, period - (performance.now() - begunAt)));
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, work));
  // Whoever stops the load hears of its failure; until then it is nobody's.
  clients.catch(() => undefined);

  return {
    answered: () => report.exchanged + report.checked,
    async stop() {
      isOver = true;
      await clients;
      return report;
    },
  };
}

/** What the load came to, by name. */
export function loadFacts({ exchanged, checked, unavailable }: HonestLoadReport) {
  return {
    'good keys exchanged': exchanged,
    'good tokens checked': checked,
    '503 or no answer for good ones': unavailable,
  };
}
