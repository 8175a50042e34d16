import { Command, InvalidArgumentError } from 'commander';
import { printRace } from './races/print-race.ts';
import { startRace } from './races/race.ts';
import { provideServers } from './servers/provide-servers.ts';

/** `scripts/race`: revokes tokens, and measures until every worker of every node refuses them. */
const FIELD = { nodes: 4, workers: 1 };
const ROUNDS_LIMIT = 1_000;

interface Chosen {
  readonly print: boolean;
  readonly rounds: number;
  readonly port: number;
}

await new Command('scripts/race')
  .description(
    'Starts nodes on a MongoDB and a Redis of its own, revokes tokens at one worker, and measures until each worker of each node refuses them. Without --print it shows that as a page on this machine, until Ctrl-C.',
  )
  .option('--print', 'print the rounds and end', false)
  .option('--rounds <number>', `how many to print, at most ${ROUNDS_LIMIT}`, wholeUpTo(ROUNDS_LIMIT), 20)
  .option('--port <number>', 'of the page; 0 takes a free one', wholeUpTo(65_535), 0)
  .showHelpAfterError()
  .action(async (chosen: Chosen) => {
    process.exitCode = await run(chosen);
  })
  .parseAsync();

async function run({ print, rounds, port }: Chosen): Promise<number> {
  const { mongoUrl, redisUrl, stop } = await provideServers();
  // Where the harness looks for them.
  process.env['LATCHKEY_TEST_MONGO_URL'] = mongoUrl;
  process.env['LATCHKEY_TEST_REDIS_URL'] = redisUrl;
  try {
    await using race = await disposable(startRace(FIELD));
    if (print) return await printRace(race, rounds, console.log);
    const { serveRacePage } = await import('./races/serve-page.ts');
    const page = await serveRacePage(race, port);
    console.log(`${race.description}\nThe race is at ${page.url} (Ctrl-C ends it).`);
    await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
    await page.close();
    return 0;
  } finally {
    await stop();
  }
}

async function disposable<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T & AsyncDisposable> {
  const opened = await opening;
  // In place: a copy would freeze what its getters answer.
  return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close() });
}

function wholeUpTo(limit: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value <= limit)) throw new InvalidArgumentError(`a whole number up to ${limit} is needed`);
    return value;
  };
}
