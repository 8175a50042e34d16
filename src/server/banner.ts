import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { adminKeyFile } from './bootstrap.ts';

/** What the banner tells. */
export interface BannerParts {
  readonly publicUrl: string;
  readonly operationsUrl: string;
  readonly dataFolder: string;
  readonly back: readonly string[];
  /** How many processes serve. Default: this one. */
  readonly workers?: number;
}

/** What stands on the screen when the service listens: where, and a line to paste. The key itself is never printed. */
export function banner({ publicUrl, operationsUrl, dataFolder, back, workers = 1 }: BannerParts): string {
  const file = resolve(adminKeyFile(dataFolder));
  const common = [
    '',
    `Latchkey listens on ${publicUrl}`,
    `  operations     ${operationsUrl} (/readyz, /metrics, /openapi.json)`,
    `  store          ${back.join(', ')}`,
    ...(workers === 1 ? [] : [`  workers        ${workers}`]),
  ];
  if (!existsSync(file)) return [...common, ''].join('\n');
  return [
    ...common,
    `  admin API key  ${file}`,
    '',
    'Exchange the key for a token:',
    '',
    `  curl -s ${quotedForShell(`${publicUrl}/identity/token`)} -d grant_type=apikey \\`,
    `    -d "apikey=$(cat ${quotedForShell(file)})"`,
    '',
    '',
  ].join('\n');
}

/** A path may hold anything, also what a shell would act on. */
const quotedForShell = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
