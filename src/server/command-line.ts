import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ConfigProblems } from '../config/config-problems.ts';
import { settingsHelp } from '../config/describe-settings.ts';
import { readConfig } from '../config/read-config.ts';
import type { Environment } from '../config/read-settings.ts';
import type { CommandParts } from './commands/command-parts.ts';
import { serveCommand } from './commands/serve-command.ts';
import { failureSentence } from './failure-sentence.ts';
import { VERSION } from './version.ts';

/**
 * Runs the command that the words name; without one the service.
 * @returns the exit code: 0 done, 1 it could not be done, 2 the words or the settings are wrong
 */
export async function runCommandLine(words: readonly string[], environment: Environment): Promise<number> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const complain = (line: string): void => void process.stderr.write(`${line}\n`);
  let exitCode = 0;

  const run: Run<CommandParts> =
    (command) =>
    async (...rest) => {
      const config = readConfig(environment, (path) => readFileSync(path, 'utf8'));
      exitCode = await command({ config, say }, ...rest);
    };

  const runWithoutSettings: Run<Pick<CommandParts, 'say'>> =
    (command) =>
    async (...rest) => {
      exitCode = await command({ say }, ...rest);
    };

  try {
    await programOf(run, runWithoutSettings).parseAsync([...words]);
    return exitCode;
  } catch (failure) {
    if (failure instanceof ConfigProblems) {
      complain('The settings are not right:');
      for (const problem of failure.problems) complain(`  - ${problem}`);
      complain('All settings: node src/main.ts --help');
      return 2;
    }
    // Commander has said by itself what is wrong, or has printed the help that was asked for.
    if (failure instanceof CommanderError) return failure.exitCode === 0 ? 0 : 2;
    complain(failureSentence(failure));
    return 1;
  }
}

type Run<Parts> = <Rest extends unknown[]>(
  command: (parts: Parts, ...rest: Rest) => Promise<number>,
) => (...rest: Rest) => Promise<void>;

/** A command whose code is loaded when it is run: serving would wait for that of all others. */
function loadedLate<Parts, Rest extends unknown[]>(
  load: () => Promise<(parts: Parts, ...rest: Rest) => Promise<number>>,
): (parts: Parts, ...rest: Rest) => Promise<number> {
  return async (parts, ...rest) => (await load())(parts, ...rest);
}

function programOf(run: Run<CommandParts>, runWithoutSettings: Run<Pick<CommandParts, 'say'>>): Command {
  const program = new Command('latchkey')
    .description('Long-lived API keys in, one-hour bearer tokens out. Without a command: serve.')
    .version(VERSION)
    .showHelpAfterError()
    .exitOverride()
    .addHelpText('after', () => `\n${settingsHelp()}`);
  program
    .command('serve', { isDefault: true })
    .description('Run the service in the foreground.')
    // A word that names no command comes here, because this one is the default.
    .allowExcessArguments()
    .hook('preAction', (_program, serving) => {
      const [word] = serving.args;
      if (word !== undefined) serving.error(`error: there is no command '${word}'`);
    })
    .action(run(serveCommand));
  program
    .command('bootstrap')
    .option('--initiate-replica-set', 'first make the servers of LATCHKEY_MONGO_URL a replica set, where they are none')
    .description('Prepare the store, and make the installation and its first API key where there is none.')
    .action(run(loadedLate(async () => (await import('./commands/bootstrap-command.ts')).bootstrapCommand)));
  program
    .command('make-secrets')
    .argument('<folder>', 'where the files pepper and master-key are, or are to be')
    .description('Make the pepper and the master key as files, where there are none; reads no settings.')
    .action(
      runWithoutSettings(
        loadedLate(async () => (await import('./commands/make-secrets-command.ts')).makeSecretsCommand),
      ),
    );
  program
    .command('rotate-signing-key')
    .description('Publish the next signing key now; it signs once every cached key set holds it.')
    .action(run(loadedLate(async () => (await import('./commands/signing-key-commands.ts')).rotateSigningKeyCommand)));
  program
    .command('drop-signing-key')
    .argument('<kid>', 'the id of the key, as in /identity/keys')
    .description('Emergency: the key neither signs nor verifies from now on; every token that it signed is refused.')
    .action(run(loadedLate(async () => (await import('./commands/signing-key-commands.ts')).dropSigningKeyCommand)));
  program
    .command('retire-pepper')
    .option('--force', 'retire it although keys still depend on it; those keys stop working')
    .description('Begin a new pepper, or end a retired one on which no key depends any more.')
    .action(run(loadedLate(async () => (await import('./commands/retire-commands.ts')).retirePepperCommand)));
  program
    .command('retire-master-key')
    .description('Begin a new master key, or seal everything anew under the current one and end the retired ones.')
    .action(run(loadedLate(async () => (await import('./commands/retire-commands.ts')).retireMasterKeyCommand)));
  program
    .command('clear-allowed-addresses')
    .argument('<account>', 'the id of the account')
    .description("Take away an account's allowed_ip_addresses, when they keep out everybody who could change them.")
    .action(run(loadedLate(async () => (await import('./commands/clear-addresses-command.ts')).clearAddressesCommand)));
  program
    .command('migrate')
    .option('--dry-run', 'only tell what would be done')
    .description('Bring the structure of the store up to date; forward only.')
    .action(run(loadedLate(async () => (await import('./commands/migrate-command.ts')).migrateCommand)));
  return program;
}
