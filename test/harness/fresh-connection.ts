import { request as httpRequest } from 'node:http';

/** An answer that came over a connection of its own. */
export interface FreshAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends a request over a new connection, which ends with the answer: of several workers the next one takes it. What `fetch`
 * sends may go over one that it has kept. GET, or POST with a form.
 */
export function overFreshConnection(url: string, form?: Readonly<Record<string, string>>): Promise<FreshAnswer> {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const headers = body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const options = { method: body === undefined ? 'GET' : 'POST', agent: false as const, headers, timeout: 10_000 };
    const request = httpRequest(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error('no answer in 10 s')));
    request.once('error', reject);
    request.end(body);
  });
}
