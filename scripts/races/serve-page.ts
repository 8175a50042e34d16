import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pageState } from './page-state.ts';
import type { Race } from './race.ts';

/** The page, as it is served. */
export interface RacePage {
  readonly url: string;
  close(): Promise<void>;
}

const FOLDER = join(import.meta.dirname, 'page');
const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'race.html', type: 'text/html; charset=utf-8' },
  '/race.css': { file: 'race.css', type: 'text/css; charset=utf-8' },
  '/race.js': { file: 'race.js', type: 'text/javascript; charset=utf-8' },
  '/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
};
const HEADERS = {
  // Files of its own and nothing else: no inline script or style, no other origin, in no frame.
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};
const ROUNDS_AT_ONCE = 10;

/**
 * Serves the page on loopback: `POST /rounds?count=N` runs rounds, `GET /events` tells what it shows, now and after each.
 * @param port  0: any free one
 */
export async function serveRacePage(race: Race, port: number): Promise<RacePage> {
  const watchers = new Set<ServerResponse>();
  const tell = (): void => {
    for (const watcher of watchers) writeState(watcher, race);
  };
  let running: Promise<void> | undefined;

  /** @returns the status of the answer */
  const begin = (count: number): number => {
    if (!Number.isInteger(count) || count < 1 || count > ROUNDS_AT_ONCE) return 400;
    if (running !== undefined) return 409;
    running = (async () => {
      for (let done = 0; done < count; done += 1) {
        await race.run();
        tell();
      }
    })()
      .catch((failure: unknown) => {
        const sentence = failure instanceof Error ? failure.message : String(failure);
        for (const watcher of watchers) writeEvent(watcher, 'failed', { sentence });
      })
      .finally(() => {
        running = undefined;
        for (const watcher of watchers) writeEvent(watcher, 'idle', {});
      });
    return 202;
  };

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (!isOurs(request, addressOf())) return end(response, 403);
    const { pathname, searchParams } = URL.parse(request.url ?? '/', 'http://page') ?? {};
    // A path like `//`, which a page of another site may ask for, must not end the race.
    if (pathname === undefined || searchParams === undefined) return end(response, 400);
    if (request.method === 'POST' && pathname === '/rounds')
      return end(response, begin(Number(searchParams.get('count'))));
    if (request.method !== 'GET') return end(response, 405);
    if (pathname === '/events') return watch(response, race, watchers);
    writeFile(response, pathname);
  });
  // Safe: a server that listens on a host and a port has an AddressInfo.
  const addressOf = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://${addressOf()}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await running;
    },
  };
}

/**
 * A page of another site must neither read this one under a name of its own (DNS rebinding) nor start rounds (CSRF).
 * Loopback alone keeps neither out: the visitor's own browser is on this machine.
 */
function isOurs({ headers }: IncomingMessage, address: string): boolean {
  return headers.host === address && (headers.origin === undefined || headers.origin === `http://${address}`);
}

function writeFile(response: ServerResponse, pathname: string): void {
  const found = FILES[pathname];
  if (found === undefined) {
    end(response, 404);
    return;
  }
  readFile(join(FOLDER, found.file)).then(
    (content) => response.setHeader('Content-Type', found.type).end(content),
    () => end(response, 500),
  );
}

function watch(response: ServerResponse, race: Race, watchers: Set<ServerResponse>): void {
  response.setHeader('Content-Type', 'text/event-stream');
  watchers.add(response);
  response.once('close', () => watchers.delete(response));
  writeState(response, race);
}

const writeState = (response: ServerResponse, race: Race): void => writeEvent(response, 'state', pageState(race));

function writeEvent(response: ServerResponse, name: string, value: unknown): void {
  response.write(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`);
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
