import { once } from 'node:events';
import { request } from 'node:http';
import type { Answer } from '../../harness/http-call.ts';

/** A request with headers that no well-behaved client sends. */
export interface HeadersAsTheyAre {
  readonly method: string;
  readonly url: string;
  /** An array: the header stands once for each. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | undefined;
}

/** Longest that an answer may take, milliseconds. */
const LONGEST = 5_000;

/** Sends headers as they are, also repeated ones and bytes that are no ASCII. @throws Error nothing comes back in 5 s */
export async function sendHeaders({ method, url, headers, body }: HeadersAsTheyAre): Promise<Answer> {
  const signal = AbortSignal.timeout(LONGEST);
  // Safe: an array is read, and not changed.
  const sending = request(url, { method, headers: headers as Record<string, string | string[]>, signal });
  sending.end(body);
  const [answer] = await once(sending, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const isJson = String(answer.headers['content-type']).includes('json') && text !== '';
  return { status: answer.statusCode, headers: new Headers(), text, body: isJson ? JSON.parse(text) : {} };
}
