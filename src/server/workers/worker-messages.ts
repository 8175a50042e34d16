import type { News } from '../../store-mongo-redis/news-way.ts';

/**
 * What the first process and its workers tell each other. Nothing else crosses between them, and no secret does: each
 * reads its settings for itself. What arrives is looked at before it is believed, as it is by every listener.
 */

/** To a worker. */
export type Order =
  /** The first message: who it is among its siblings, and the port that they share. */
  | { readonly kind: 'begin'; readonly worker: number; readonly port: number }
  | { readonly kind: 'ask'; readonly question: number; readonly about: Subject }
  /** Another worker has committed this. */
  | { readonly kind: 'news'; readonly number: number; readonly news: readonly News[] }
  /** The worker's own news, or its beat, of this number has been to everybody. */
  | { readonly kind: 'told'; readonly number: number };

/** What a worker is asked about. */
export type Subject = 'readiness' | 'metrics';

/** From a worker. */
export type Report =
  /** It listens, and all is there. `back`: what its store is made of. */
  | { readonly kind: 'serving'; readonly publicUrl: string; readonly back: readonly string[] }
  /** It could not start; the sentence is for the operator. */
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'answer'; readonly question: number; readonly answer: unknown }
  /** It has committed this; its siblings are to hear of it. */
  | { readonly kind: 'news'; readonly number: number; readonly news: readonly News[] }
  /** It has taken in the news of this number. */
  | { readonly kind: 'heard'; readonly number: number }
  /** To be sent back behind all that it is to be told. */
  | { readonly kind: 'beat'; readonly number: number };

/** @returns the message, or `undefined` when it is none */
export function orderOf(message: unknown): Order | undefined {
  if (!isRecord(message)) return undefined;
  const { kind, worker, port, question, about, number, news } = message;
  if (kind === 'begin' && isCount(worker) && isCount(port)) return { kind, worker, port };
  if (kind === 'news' && isCount(number)) return numberedNews(number, news);
  if (kind === 'told' && isCount(number)) return { kind, number };
  const isSubject = about === 'readiness' || about === 'metrics';
  return kind === 'ask' && isCount(question) && isSubject ? { kind, question, about } : undefined;
}

/** @returns the message, or `undefined` when it is none */
export function reportOf(message: unknown): Report | undefined {
  if (!isRecord(message)) return undefined;
  const { kind, publicUrl, back, sentence, question, answer, number, news } = message;
  if (kind === 'serving' && isText(publicUrl) && Array.isArray(back) && back.every(isText)) {
    return { kind, publicUrl, back };
  }
  if (kind === 'failed' && isText(sentence)) return { kind, sentence };
  if (kind === 'news' && isCount(number)) return numberedNews(number, news);
  if ((kind === 'heard' || kind === 'beat') && isCount(number)) return { kind, number };
  return kind === 'answer' && isCount(question) ? { kind, question, answer } : undefined;
}

function numberedNews(number: number, news: unknown): Extract<Order, { readonly kind: 'news' }> | undefined {
  if (!Array.isArray(news)) return undefined;
  const read = news.map(pieceOfNews).filter((piece) => piece !== undefined);
  return read.length === news.length ? { kind: 'news', number, news: read } : undefined;
}

function pieceOfNews(piece: unknown): News | undefined {
  if (!isRecord(piece)) return undefined;
  const { collection, id, entity } = piece;
  if (!isText(collection) || !isText(id)) return undefined;
  if (entity === undefined) return { collection, id, entity };
  if (!isRecord(entity)) return undefined;
  const { entityTag } = entity;
  // Entities of immutable collections are flat, so one freeze is enough.
  return entity['id'] === id && isText(entityTag)
    ? { collection, id, entity: Object.freeze({ ...entity, id, entityTag }) }
    : undefined;
}

/** @returns whether it is an object whose members can be looked at */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);
const isText = (value: unknown): value is string => typeof value === 'string';
