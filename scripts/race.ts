import { Command, InvalidArgumentError } from 'commander';
import { printRace } from './races/print-race.ts';
import { startRace } from './races/race.ts';
import { serveRacePage } from './races/serve-page.ts';
import { provideServers } from './servers/provide-servers.ts';

/** `scripts/race`: revokes tokens, and measures until every worker of every node refuses them. */
const FIELD = { nodes: 2, workers: 2 };
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
    const interrupted = signalled();
    const race = await startRace(FIELD);
    try {
      let isOver = false;
      void interrupted.then(() => {
        isOver = true;
      });
      if (print) return await printRace({ race, rounds, say: console.log, mayGoOn: () => !isOver });
      const page = await serveRacePage(race, port);
      console.log(`${race.description}\nThe race is at ${page.url} (Ctrl-C ends it).`);
      await interrupted;
      await page.close();
      return 0;
    } finally {
      await race.close();
    }
  } finally {
    await stop();
  }
}

/** The nodes end before their servers: from here on that order is this file's, and a second signal ends it at once. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.removeAllListeners(signal);
      process.once(signal, () => resolve());
    }
  });
}

function wholeUpTo(limit: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value <= limit)) throw new InvalidArgumentError(`a whole number up to ${limit} is needed`);
    return value;
  };
}
