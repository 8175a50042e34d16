import { runCommandLine } from './server/command-line.ts';

process.exitCode = await runCommandLine(process.argv, process.env);
