/**
 * What the first process and its workers tell each other. Nothing else crosses between them, and no secret does: each
 * reads its settings for itself. What arrives is looked at before it is believed, as it is by every listener.
 */

/** To a worker. */
export type Order =
  /** The first message: who it is among its siblings, and the port that they share. */
  | { readonly kind: 'begin'; readonly worker: number; readonly port: number }
  | { readonly kind: 'ask'; readonly question: number; readonly about: Subject };

/** What a worker is asked about. */
export type Subject = 'readiness' | 'metrics';

/** From a worker. */
export type Report =
  /** It listens, and all is there. `back`: what its store is made of. */
  | { readonly kind: 'serving'; readonly publicUrl: string; readonly back: readonly string[] }
  /** It could not start; the sentence is for the operator. */
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'answer'; readonly question: number; readonly answer: unknown };

/** @returns the message, or `undefined` when it is none */
export function orderOf(message: unknown): Order | undefined {
  if (!isRecord(message)) return undefined;
  const { kind, worker, port, question, about } = message;
  if (kind === 'begin' && isCount(worker) && isCount(port)) return { kind, worker, port };
  const isSubject = about === 'readiness' || about === 'metrics';
  return kind === 'ask' && isCount(question) && isSubject ? { kind, question, about } : undefined;
}

/** @returns the message, or `undefined` when it is none */
export function reportOf(message: unknown): Report | undefined {
  if (!isRecord(message)) return undefined;
  const { kind, publicUrl, back, sentence, question, answer } = message;
  if (kind === 'serving' && isText(publicUrl) && Array.isArray(back) && back.every(isText)) {
    return { kind, publicUrl, back };
  }
  if (kind === 'failed' && isText(sentence)) return { kind, sentence };
  return kind === 'answer' && isCount(question) ? { kind, question, answer } : undefined;
}

/** @returns whether it is an object whose members can be looked at */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);
const isText = (value: unknown): value is string => typeof value === 'string';
