import { readFileSync } from 'node:fs';

/** The version of the product, from its package. */
export const VERSION: string = versionOf(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

function versionOf(packageText: string): string {
  // Safe: package.json is a part of the product, and npm itself insists on a version.
  return (JSON.parse(packageText) as { version: string }).version;
}
