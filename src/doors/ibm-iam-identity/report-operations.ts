import type { Operation } from '../../http/openapi.ts';
import { failureAnswers } from './failure-answers.ts';
import {
  ACTIVITY_REPORT,
  MFA_REPORT,
  MFA_STATUS,
  MFA_STATUS_PARAMETERS,
  NEW_ACTIVITY_REPORT,
  NEW_MFA_REPORT,
  REPORT_ACCOUNT_PARAMETERS,
  REPORT_PARAMETERS,
  REPORT_REFERENCE,
} from './report-schemas.ts';

/** The paths of reports, as the routes declare them. */
export const REPORT_PATHS = {
  activity: '/v1/activity/accounts/:account_id/report',
  activityReport: '/v1/activity/accounts/:account_id/report/:reference',
  mfa: '/v1/mfa/accounts/:account_id/report',
  mfaReport: '/v1/mfa/accounts/:account_id/report/:reference',
  mfaStatus: '/v1/mfa/accounts/:account_id/status',
} as const;

const ACTIVITY = { tags: ['Activity'], security: ['bearer'] } as const;
const MFA = { tags: ['MFA'], security: ['bearer'] } as const;
const ASKED = {
  202: {
    description: 'It is made in the background; one that is being made already is not made twice.',
    schema: REPORT_REFERENCE,
  },
} as const;
const NOT_READY = { 204: { description: 'It is not ready yet.' } } as const;

/** The rows of reports; operation ids are those of IBM's generated clients. */
export const REPORT_OPERATIONS: readonly Operation[] = [
  {
    ...ACTIVITY,
    method: 'POST',
    path: REPORT_PATHS.activity,
    operationId: 'createReport',
    requires: { action: 'iam-identity.report.create' },
    summary: 'Ask which identities were not seen for a while',
    parameters: { path: REPORT_ACCOUNT_PARAMETERS, query: NEW_ACTIVITY_REPORT },
    answers: { ...ASKED, ...failureAnswers() },
  },
  {
    ...ACTIVITY,
    method: 'GET',
    path: REPORT_PATHS.activityReport,
    operationId: 'getReport',
    requires: { action: 'iam-identity.report.get' },
    summary: 'Read a report on activity',
    parameters: { path: REPORT_PARAMETERS },
    answers: { 200: { description: 'The report.', schema: ACTIVITY_REPORT }, ...NOT_READY, ...failureAnswers(404) },
  },
  {
    ...MFA,
    method: 'POST',
    path: REPORT_PATHS.mfa,
    operationId: 'createMfaReport',
    requires: { action: 'iam-identity.report.create' },
    summary: 'Ask which second factors the users need',
    parameters: { path: REPORT_ACCOUNT_PARAMETERS, query: NEW_MFA_REPORT },
    answers: { ...ASKED, ...failureAnswers() },
  },
  {
    ...MFA,
    method: 'GET',
    path: REPORT_PATHS.mfaReport,
    operationId: 'getMfaReport',
    requires: { action: 'iam-identity.report.get' },
    summary: 'Read a report on second factors',
    parameters: { path: REPORT_PARAMETERS },
    answers: { 200: { description: 'The report.', schema: MFA_REPORT }, ...NOT_READY, ...failureAnswers(404) },
  },
  {
    ...MFA,
    method: 'GET',
    path: REPORT_PATHS.mfaStatus,
    operationId: 'getMfaStatus',
    requires: { action: 'iam-identity.mfa.get' },
    summary: 'Read which second factor one user needs',
    parameters: { path: REPORT_ACCOUNT_PARAMETERS, query: MFA_STATUS_PARAMETERS },
    answers: { 200: { description: 'The status.', schema: MFA_STATUS }, ...failureAnswers(404) },
  },
];
