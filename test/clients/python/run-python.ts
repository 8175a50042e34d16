import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';
import { type PythonWithClients, providePythonClients } from './python-packages.ts';

const run = promisify(execFile);

/** What a program of this folder prints. */
// biome-ignore lint/suspicious/noExplicitAny: each program prints its own shape, and a wrong guess fails the test.
export type Printed = any;

/**
 * Runs one function of a program of this folder with `asked`, as JSON. The program sees the pinned clients and nothing
 * that the user of this machine has installed.
 */
export async function runPython(program: string, action: string, asked: object): Promise<Printed> {
  const { packagesFolder } = await pythonClients();
  const { stdout } = await run('python3', [join(import.meta.dirname, program), action], {
    env: {
      PATH: process.env['PATH'],
      PYTHONPATH: packagesFolder,
      PYTHONNOUSERSITE: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      ASKED: JSON.stringify(asked),
    },
    timeout: 25_000,
  });
  return JSON.parse(stdout);
}

let provided: Promise<PythonWithClients> | undefined;

/** Provides Python and its clients once in a test file. @throws Error that says what to install */
export function pythonClients(): Promise<PythonWithClients> {
  provided ??= providePythonClients();
  return provided;
}

/** Installing may take this long, once on a machine. */
export const INSTALLING_MILLISECONDS = 320_000;

/**
 * `describe` for tests of Python clients. Without Python they fail. `LATCHKEY_TEST_PYTHON=off` leaves them out, loudly,
 * and in CI not at all.
 */
export const describePython: typeof describe.skip = leftOut() ? describe.skip : describe;

function leftOut(): boolean {
  const choice = process.env['LATCHKEY_TEST_PYTHON'] ?? 'on';
  if (choice === 'on') return false;
  if (choice !== 'off') throw new Error(`LATCHKEY_TEST_PYTHON is 'on' or 'off', not '${choice}'.`);
  if (!['', 'false'].includes(process.env['CI'] ?? '')) throw new Error('CI needs the Python clients too.');
  process.stderr.write('\n!!! NOT TESTED: the Python clients (left out by LATCHKEY_TEST_PYTHON=off) !!!\n\n');
  return true;
}
