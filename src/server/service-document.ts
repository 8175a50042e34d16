import { operations as cloudLogsOperations } from '../doors/ibm-cloud-logs/operations.ts';
import { operations as accessOperations } from '../doors/ibm-iam-access/operations.ts';
import { operations as identityOperations } from '../doors/ibm-iam-identity/operations.ts';
import { operations as tokenOperations } from '../doors/ibm-iam-token/operations.ts';
import { operations as resourceOperations } from '../doors/ibm-resource-controller/operations.ts';
import { operations as userOperations } from '../doors/ibm-user-management/operations.ts';
import { operations as ivantiOperations } from '../doors/ivanti/operations.ts';
import { operations as productOperations } from '../doors/latchkey/operations.ts';
import { operations as logOperations } from '../doors/logdna/operations.ts';
import { operations as aicOperations } from '../doors/ping-aic/operations.ts';
import { operations as autonomousIdentityOperations } from '../doors/ping-autonomous-identity/operations.ts';
import type { Operation } from '../http/openapi.ts';
import { openApiDocument } from './openapi-document.ts';
import { VERSION } from './version.ts';

/** Everything that this service serves. */
export const SERVICE_OPERATIONS: readonly Operation[] = [
  ...tokenOperations,
  ...identityOperations,
  ...accessOperations,
  ...userOperations,
  ...resourceOperations,
  ...logOperations,
  ...cloudLogsOperations,
  ...aicOperations,
  ...autonomousIdentityOperations,
  ...ivantiOperations,
  ...productOperations,
];

/** The OpenAPI document of everything that this service serves. */
export function serviceDocument(publicUrl: string): object {
  return openApiDocument({ publicUrl, version: VERSION, operations: SERVICE_OPERATIONS });
}
