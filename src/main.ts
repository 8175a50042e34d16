// First: it keeps the compiled form of what is loaded after it. Loaded before this file already where it was given to --import.
import './server/compiled-code.mjs';
import { fitThreadPool } from './server/thread-pool.ts';

fitThreadPool(process.env);
// Only now: what is imported at the top would be loaded, and compiled anew, before the first line.
const { runCommandLine } = await import('./server/command-line.ts');

process.exitCode = await runCommandLine(process.argv, process.env);
// Everything is closed by now. Should something hold the process all the same, such as a server that does not answer, it
// ends anyway.
setTimeout(() => process.exit(), 200).unref();
