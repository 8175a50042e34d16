import { exchange, firstSuccess, type MeasuredProcess, startService } from './bench-service.ts';
import { type Child, childOf } from './child.ts';
import { answeredLoad, type LoadProcess, startLoad } from './exchange-load.ts';
import type { Installation } from './installation.ts';
import type { LoadRequest } from './load.ts';
import type { ParsedAnswer, ParsedQuestion } from './parsed-bodies.ts';
import { ratiosOf, type Samples, samplesOf } from './samples.ts';

/** `plain`: short texts, and nothing else; `structured`: the same with what was logged beside them as an object. */
export type LineManner = 'plain' | 'structured';

/** What taking log lines in costs. */
export interface IngestCost {
  /** Of one body of 100 lines. */
  readonly bodyBytes: number;
  /** Microseconds of CPU a request, all threads. */
  readonly request: Samples;
  /** Of one `JSON.parse` of the same body. */
  readonly parse: Samples;
  readonly ratios: Samples;
  readonly linesPerSecond: Samples;
  readonly residentMegabytes: Samples;
  /** Megabytes after all rounds ÷ after the first. */
  readonly growth: number;
  readonly lines: number;
}

/** How much is measured. */
export interface IngestCostParts {
  /** An empty one. */
  readonly installation: Installation;
  readonly manner: LineManner;
  /** In all rounds together. */
  readonly requests: number;
  readonly rounds: number;
}

const LINES_A_REQUEST = 100;
const WARM_UP_REQUESTS = 2_000;
/** CPU between two looks is at least a second. */
const PARSED_BODIES = 10_000;
/** Of the plan `lite` of Log Analysis. */
const PLAN = '9c6f2f5d-7a5b-4f4e-9f3d-51a0e2c4d8b6';

interface Processes {
  readonly load: LoadProcess;
  readonly parser: Child<ParsedQuestion, ParsedAnswer>;
  readonly service: MeasuredProcess;
}

/** Measures in turn, round by round: reading the body alone, then requests, so that both meet the same machine. */
export async function measureIngestion(parts: IngestCostParts): Promise<IngestCost> {
  const service = await startService(parts.installation);
  const [load, parser] = [startLoad(), childOf<ParsedQuestion, ParsedAnswer>('parsed-bodies.ts')];
  try {
    return await measureWith({ load, parser, service }, parts);
  } finally {
    load.end();
    parser.end();
    await service.stop();
  }
}

async function measureWith(processes: Processes, parts: IngestCostParts): Promise<IngestCost> {
  const { installation, manner, requests, rounds } = parts;
  const { service, load, parser } = processes;
  const body = bodyOfLogger(manner);
  const request = await requestWith(service, installation, body);
  const question = { ports: [service.port], request };
  await answeredLoad(load, { ...question, count: WARM_UP_REQUESTS });
  const count = Math.ceil(requests / rounds);
  const measured: { cpu: number; parse: number; linesPerSecond: number; megabytes: number }[] = [];
  while (measured.length < rounds) {
    const { cpuMicroseconds: parse } = await parser.ask({ body, count: PARSED_BODIES });
    const before = service.cpuMicroseconds();
    const { milliseconds } = await answeredLoad(load, { ...question, count });
    measured.push({
      cpu: (service.cpuMicroseconds() - before) / count,
      parse,
      linesPerSecond: (count * LINES_A_REQUEST * 1_000) / milliseconds,
      megabytes: Math.max(...service.residentMegabytes()),
    });
  }
  const of = (name: 'cpu' | 'parse' | 'linesPerSecond' | 'megabytes') => measured.map((round) => round[name]);
  const megabytes = of('megabytes');
  return {
    bodyBytes: body.length,
    request: samplesOf(of('cpu')),
    parse: samplesOf(of('parse')),
    ratios: ratiosOf(of('cpu'), of('parse')),
    linesPerSecond: samplesOf(of('linesPerSecond')),
    residentMegabytes: samplesOf(megabytes),
    growth: (megabytes.at(-1) ?? Number.NaN) / (megabytes[0] ?? Number.NaN),
    lines: (count * rounds + WARM_UP_REQUESTS) * LINES_A_REQUEST,
  };
}

/** 100 lines of a web server as `@logdna/logger` sends them, without and with `indexMeta`; ASCII, so that characters are bytes. */
function bodyOfLogger(manner: LineManner): string {
  const ls = Array.from({ length: LINES_A_REQUEST }, (_, number) => ({
    timestamp: 1_790_000_000_000 + number * 7,
    line: `GET /api/orders/${100_000 + number * 37}?expand=items 200 ${12 + (number % 90)} ms - request ${(number * 7_919).toString(16)} of customer ${number * 31} from 203.0.113.${number % 250}`,
    level: number % 10 === 0 ? 'WARN' : 'INFO',
    app: 'shop',
    env: 'production',
    meta: manner === 'plain' ? '{}' : metaOf(number),
  }));
  return JSON.stringify({ e: 'ls', ls });
}

/** As a logger of HTTP requests adds it. */
const metaOf = (number: number) => ({
  requestId: `req-${(number * 7_919).toString(16)}-${number}`,
  method: 'GET',
  path: `/api/orders/${100_000 + number * 37}`,
  status: 200,
  durationMs: 12.5 + number,
  user: { id: `u-${number * 31}`, roles: ['buyer', 'member'] },
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
});

async function requestWith(service: MeasuredProcess, installation: Installation, body: string): Promise<LoadRequest> {
  const key = await provisionedKey(service, installation);
  return {
    path: '/logs/ingest?now=1790000000000&hostname=web-1&mac=&ip=&tags=',
    headers: [`apiKey: ${key}`, `Authorization: Basic ${Buffer.from(`${key}:`).toString('base64')}`],
    mediaType: 'application/json; charset=UTF-8',
    body,
  };
}

/** @returns the ingestion key of a new log instance */
async function provisionedKey({ port }: MeasuredProcess, installation: Installation): Promise<string> {
  const exchanged = await firstSuccess(async () => exchange(port, await installation.adminKey()));
  const { access_token: token }: { access_token: string } = JSON.parse(await exchanged.text());
  const call = async (path: string, json?: object): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: json === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text;
  };
  const groups: { resources: { id: string }[] } = JSON.parse(await call('/v2/resource_groups?default=true'));
  const chosen = { name: 'bench', target: 'us-south', resource_plan_id: PLAN, resource_group: groups.resources[0]?.id };
  const { guid }: { guid: string } = JSON.parse(await call('/v2/resource_instances', chosen));
  const listed: { ingestion_keys: { key: string }[] } = JSON.parse(
    await call(`/latchkey/v1/ingestion_keys?instance=${guid}`),
  );
  const [first] = listed.ingestion_keys;
  if (first === undefined) throw new Error('the instance has no ingestion key');
  return first.key;
}
