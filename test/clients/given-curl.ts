import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What curl was answered. */
export interface CurlAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape, and a wrong guess fails the test.
  readonly body: any;
}

/** `curl` as people paste it from pages about IBM Cloud. */
export async function curl(...options: readonly string[]): Promise<CurlAnswer> {
  const { stdout } = await run('curl', ['-sS', '-q', '--write-out', '\n%{http_code}', ...options]);
  const [status = '', ...lines] = stdout.split('\n').toReversed();
  const text = lines.toReversed().join('\n');
  return { status: Number(status), body: text === '' ? undefined : JSON.parse(text) };
}
