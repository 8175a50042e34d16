import { readFileSync } from 'node:fs';
import { operations as identityOperations } from '../doors/ibm-iam-identity/operations.ts';
import { operations as tokenOperations } from '../doors/ibm-iam-token/operations.ts';
import { openApiDocument } from './openapi-document.ts';

/** The version of the product, from its package. */
export const VERSION: string = versionOf(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

function versionOf(packageText: string): string {
  // Safe: package.json is a part of the product, and npm itself insists on a version.
  return (JSON.parse(packageText) as { version: string }).version;
}

/** The OpenAPI document of everything that this service serves. */
export function serviceDocument(publicUrl: string): object {
  return openApiDocument({ publicUrl, version: VERSION, operations: [...tokenOperations, ...identityOperations] });
}
