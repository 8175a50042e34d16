import { once } from 'node:events';
import { request } from 'node:http';

/** An answer, read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; an empty object when there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape, and a wrong guess fails the test.
  readonly body: any;
}

/** What a request carries. */
export interface Sent {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** A body as it is, for what no well-behaved client would send. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
}

/** Sends a request and reads the answer. */
export type Call = (method: string, path: string, sent?: Sent) => Promise<Answer>;

/** @returns a function that calls the service at `baseUrl` */
export function caller(baseUrl: string): Call {
  return async (method, path, { token, headers = {}, form, json, raw } = {}) => {
    const body =
      raw ?? (form && new URLSearchParams(form).toString()) ?? (json === undefined ? undefined : JSON.stringify(json));
    const types = {
      ...(form !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded' }),
      ...(json !== undefined && { 'Content-Type': 'application/json' }),
    };
    const bearer = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const all: Record<string, string> = { ...types, ...bearer, ...headers };
    const sent = { method, headers: all, ...(body !== undefined && { body }) };
    const url = `${baseUrl}${path}`;
    const answer =
      all['Host'] === undefined ? await fetch(url, { ...sent, redirect: 'manual' }) : await atHost(url, sent);
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') === true && text !== '';
    return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : {} };
  };
}

interface AsItIs {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Under a host name of its own, which `fetch` does not let anybody choose. */
async function atHost(url: string, { method, headers, body }: AsItIs): Promise<Response> {
  const sending = request(url, { method, headers });
  sending.end(body);
  const [answer] = await once(sending, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return new Response(Buffer.concat(chunks), { status: answer.statusCode, headers: answer.headers });
}
