import { exchange, firstSuccess, startService } from './bench-service.ts';
import type { Installation, Installations } from './installation.ts';
import { ratiosOf, type Samples, samplesOf } from './samples.ts';
import { seedKeys } from './seed-keys.ts';

/** What a page of a list takes, depending on where it stands. */
export interface PageFigures {
  /** In which order the keys are listed. */
  readonly sort: string;
  readonly keys: number;
  readonly pages: number;
  /** Median of each round, milliseconds. */
  readonly first: Samples;
  readonly last: Samples;
  readonly ratios: Samples;
}

/** How much is measured. */
export interface PageParts {
  readonly store: Installation['store'];
  readonly installations: Installations;
  readonly keys: number;
  readonly rounds: number;
}

const PAGE_ROWS = 100;
/** Requests for each of the two pages in a round, in turn. */
const REQUESTS = 200;
const SORTS = ['created_at', 'name'] as const;

/** Lists many keys page by page, from the first to the last, and then asks for the first and the last full page in turn. */
export async function measurePages(parts: PageParts): Promise<readonly PageFigures[]> {
  const { store, installations, keys, rounds } = parts;
  const installation = await installations.make(store);
  // Makes the structure of the store and the first account.
  await (await started(installation)).stop();
  await seedKeys({ installation, keys, onProgress: (made) => console.log(`  ${made} keys stored`) });
  const service = await started(installation);
  try {
    const figures: PageFigures[] = [];
    for (const sort of SORTS) figures.push(await measured(service, { sort, keys, rounds }));
    return figures;
  } finally {
    await service.stop();
  }
}

interface Listing {
  readonly apikeys: readonly unknown[];
  readonly next?: string;
}

/** A service that answers, and how its lists are asked for. */
interface Listed {
  readonly stop: () => Promise<void>;
  /** @param query with its question mark */
  readonly list: (query: string) => Promise<Listing>;
}

async function started(installation: Installation): Promise<Listed> {
  const { port, stop } = await startService(installation);
  const answer = await firstSuccess(async () => exchange(port, await installation.adminKey()));
  // Safe: the answer is 200, and every one has it.
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return {
    stop,
    async list(query) {
      const headers = { Authorization: `Bearer ${token}` };
      const listed = await fetch(`http://127.0.0.1:${port}/v1/apikeys${query}`, { headers });
      if (listed.status !== 200) throw new Error(`a page was answered ${listed.status}: ${await listed.text()}`);
      // Safe: the answer is 200, and every one has these.
      return (await listed.json()) as Listing;
    },
  };
}

async function measured(
  { list }: Listed,
  { sort, keys, rounds }: { readonly sort: string; readonly keys: number; readonly rounds: number },
): Promise<PageFigures> {
  const firstQuery = `?scope=account&sort=${sort}&pagesize=${PAGE_ROWS}`;
  const { lastQuery, rows, pages } = await walked(list, firstQuery);
  if (rows <= keys) throw new Error(`${rows} keys were listed, and there are more than ${keys}`);
  const [first, last]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const times = { first: [] as number[], last: [] as number[] };
    for (let request = 0; request < REQUESTS; request += 1) {
      times.first.push(await timed(() => list(firstQuery)));
      times.last.push(await timed(() => list(lastQuery)));
    }
    first.push(samplesOf(times.first).median);
    last.push(samplesOf(times.last).median);
  }
  return { sort, keys: rows, pages, first: samplesOf(first), last: samplesOf(last), ratios: ratiosOf(last, first) };
}

/** Follows every link. @returns that of the last page that is full, because a short one costs less by itself */
async function walked(list: Listed['list'], firstQuery: string) {
  let [lastQuery, rows, pages] = [firstQuery, 0, 0];
  for (let query: string | undefined = firstQuery; query !== undefined; ) {
    const { apikeys, next }: Listing = await list(query);
    if (apikeys.length === PAGE_ROWS) lastQuery = query;
    rows += apikeys.length;
    pages += 1;
    query = next === undefined ? undefined : new URL(next).search;
  }
  return { lastQuery, rows, pages };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await work();
  return performance.now() - begunAt;
}
