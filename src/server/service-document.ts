import { operations as accessOperations } from '../doors/ibm-iam-access/operations.ts';
import { operations as identityOperations } from '../doors/ibm-iam-identity/operations.ts';
import { operations as tokenOperations } from '../doors/ibm-iam-token/operations.ts';
import { operations as productOperations } from '../doors/latchkey/operations.ts';
import { openApiDocument } from './openapi-document.ts';
import { VERSION } from './version.ts';

/** The OpenAPI document of everything that this service serves. */
export function serviceDocument(publicUrl: string): object {
  const operations = [...tokenOperations, ...identityOperations, ...accessOperations, ...productOperations];
  return openApiDocument({ publicUrl, version: VERSION, operations });
}
