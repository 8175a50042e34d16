import { setTimeout as pause } from 'node:timers/promises';
import { defaultResourceGroup } from '../../../src/accounts/default-resource-group.ts';
import { SERVICE_PLANS } from '../../../src/resource-catalog/catalog.ts';
import type { ServiceProcess } from '../service-process.ts';

/** An instance that lines are sent to, and the key for it. */
export interface LogTarget {
  readonly guid: string;
  readonly key: string;
}

/** Provisions an instance as the owner of the first account. */
export async function logTarget(service: ServiceProcess): Promise<LogTarget> {
  const { token, accountId } = await ownerOf(service);
  const known = SERVICE_PLANS.find(({ service: { name } }) => name === 'logdna');
  const json = {
    ...{ name: 'drilled', target: 'us-south', resource_plan_id: known?.plan.id },
    resource_group: defaultResourceGroup(accountId).id,
  };
  const made = await service.call('POST', '/v2/resource_instances', { token, json });
  if (made.status !== 201) throw new Error(`no instance: ${made.status} ${made.text}`);
  const { guid } = made.body;
  const keys = await service.call('GET', `/latchkey/v1/ingestion_keys?instance=${guid}`, { token });
  return { guid, key: keys.body.ingestion_keys[0].key };
}

async function ownerOf(service: ServiceProcess): Promise<{ token: string; accountId: string }> {
  const token = await service.tokenOf(await service.adminKey());
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return { token, accountId: claims.account.bss };
}

/** Which lines were sent, acknowledged and seen again; a line's text is `<number of its request>:<its place>`. */
export interface LineLedger {
  /** @returns the number of a new request */
  begin(): number;
  acknowledged(request: number): void;
  /** @returns how many requests were acknowledged */
  count(): number;
  /** @param texts of lines, as often as they came */
  seen(way: Way, texts: readonly string[]): void;
  facts(): Readonly<Record<string, number>>;
  /** @returns how many acknowledged lines have not come this way */
  missing(way: Way): number;
  /**
   * @returns a sentence for the first requests with an acknowledged line that did not come this way or, read, with one that
   * came twice, and one that says how many more there are
   */
  findings(way: Way): readonly string[];
}

/** Where lines come from again. */
export type Way = 'read' | 'sink';

const MOST_FINDINGS = 10;

/** @param linesEach of each request */
export function lineLedger(linesEach: number): LineLedger {
  let acknowledged = 0;
  const requests: SentRequest[] = [];
  const strangers: string[] = [];
  return {
    begin: () =>
      requests.push({ isAcknowledged: false, read: new Uint8Array(linesEach), sink: new Uint8Array(linesEach) }) - 1,
    acknowledged(request) {
      const known = requests[request];
      if (known === undefined) return;
      known.isAcknowledged = true;
      acknowledged += 1;
    },
    count: () => acknowledged,
    seen(way, texts) {
      for (const text of texts) {
        const [request = '', place = ''] = text.split(':');
        const counts = requests[Number(request)]?.[way];
        const count = counts?.[Number(place)];
        if (counts === undefined || count === undefined) strangers.push(text);
        else counts[Number(place)] = Math.min(255, count + 1);
      }
    },
    facts: () => ({
      'requests sent': requests.length,
      'requests acknowledged': acknowledged,
      'lines handed over twice': requests.reduce((sum, { sink }) => sum + sink.filter((count) => count > 1).length, 0),
    }),
    missing: (way) => requests.reduce((sum, request) => sum + lostOf(request, way), 0),
    findings(way) {
      const found = strangers.map((text) => `${way}: a line that nobody has sent (${text})`);
      for (const [number, request] of requests.entries()) {
        const lost = lostOf(request, way);
        const twice = way === 'read' ? request.read.filter((count) => count > 1).length : 0;
        if (lost > 0) found.push(`${way}: ${lost} acknowledged lines of request ${number} are lost`);
        if (twice > 0) found.push(`${way}: ${twice} lines of request ${number} are there more than once`);
      }
      const more = found.length - MOST_FINDINGS;
      return more > 0 ? [...found.slice(0, MOST_FINDINGS), `${way}: ${more} more like these`] : found;
    },
  };
}

interface SentRequest {
  isAcknowledged: boolean;
  /** How often each of its lines came. */
  readonly read: Uint8Array;
  readonly sink: Uint8Array;
}

const lostOf = (request: SentRequest, way: Way): number =>
  request.isAcknowledged ? request[way].filter((count) => count === 0).length : 0;

/** What senders need. */
export interface SenderParts {
  readonly service: ServiceProcess;
  readonly target: LogTarget;
  readonly ledger: LineLedger;
  readonly linesEach: number;
  readonly senders: number;
  /** Asked before each request. */
  readonly goesOn: () => boolean;
}

/** Sends requests as fast as they are answered, until it is told to end or the service is gone. @returns other answers than 200 and 503 */
export async function sendLines(parts: SenderParts): Promise<readonly string[]> {
  const findings: string[] = [];
  const send = async (): Promise<void> => {
    while (parts.goesOn()) {
      const number = parts.ledger.begin();
      const answer = await sendOne(parts, number).catch(() => undefined);
      // The connection broke: that is the end that is waited for.
      if (answer === undefined) return;
      if (answer.status === 200) parts.ledger.acknowledged(number);
      else if (answer.status === 503) await pause(100);
      else findings.push(`lines are answered ${answer.status} ${answer.text}`);
    }
  };
  await Promise.all(Array.from({ length: parts.senders }, send));
  return findings.slice(0, MOST_FINDINGS);
}

function sendOne({ service, target, linesEach }: SenderParts, number: number) {
  const lines = Array.from({ length: linesEach }, (_, place) => ({
    ...{ line: `${number}:${place}`, app: 'drill', level: 'INFO', timestamp: Date.now() },
    meta: { request: number, words: 'the quick brown fox jumps over the lazy dog' },
  }));
  const headers = { apikey: target.key };
  return service.call('POST', '/logs/ingest?hostname=drill', { headers, json: { lines } });
}

/** Reads everything that is kept, from the first page to the last. */
export async function readAllLines(service: ServiceProcess, { guid }: LogTarget, ledger: LineLedger): Promise<void> {
  const token = await service.tokenOf(await service.adminKey());
  let cursor = '';
  for (let isLast = false; !isLast; ) {
    const path = `/latchkey/v1/instances/${guid}/lines?limit=1000${cursor}`;
    const { status, body, text } = await service.call('GET', path, { token });
    if (status !== 200) throw new Error(`lines cannot be read: ${status} ${text}`);
    ledger.seen(
      'read',
      body.lines.map(({ text: line }: { text: string }) => line),
    );
    isLast = body.lines.length === 0;
    cursor = `&cursor=${body.cursor}`;
  }
}
