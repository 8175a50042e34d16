import { spawn } from 'node:child_process';
import { provideServers } from './servers/provide-servers.ts';

/**
 * `node scripts/test-servers.ts <command> [arguments]`: runs one command, such as jest on one file, with real servers.
 * Without a command it prints their addresses and keeps them until it is interrupted.
 */
const [command, ...commandArguments] = process.argv.slice(2);
const servers = await provideServers();
const addresses = { LATCHKEY_TEST_MONGO_URL: servers.mongoUrl, LATCHKEY_TEST_REDIS_URL: servers.redisUrl };

if (command === undefined) {
  for (const [name, value] of Object.entries(addresses)) console.log(`export ${name}='${value}'`);
  setInterval(() => undefined, 60_000);
} else {
  const child = spawn(command, commandArguments, { stdio: 'inherit', env: { ...process.env, ...addresses } });
  child.once('error', (error) => console.error(error.message));
  child.once('close', async (code) => {
    await servers.stop();
    process.exitCode = code ?? 1;
  });
}
