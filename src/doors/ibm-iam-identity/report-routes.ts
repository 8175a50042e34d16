import type { Request, RequestHandler, Router } from 'express';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readQuery } from '../../http/read-query.ts';
import type { MfaStatus } from '../../reports/mfa-status.ts';
import type { ReportKind } from '../../reports/report.ts';
import type { Reports } from '../../reports/reports.ts';
import { REPORT_PATHS } from './report-operations.ts';
import { mfaRepresentation } from './report-representations.ts';
import { MFA_STATUS_PARAMETERS, NEW_ACTIVITY_REPORT, NEW_MFA_REPORT } from './report-schemas.ts';
import { writeReport } from './write-report.ts';

/** What the routes of reports stand on. */
export interface ReportRouteParts {
  readonly reports: Reports;
  readonly mfaStatus: MfaStatus;
  readonly callerOf: CallerOf;
}

/** `/v1/activity/…` and `/v1/mfa/…` (IBM Cloud IAM Identity API, "Activity operations" and "MFA enrollment status"). */
export function reportRoutes(router: Router, parts: ReportRouteParts): void {
  const { activity, activityReport, mfa, mfaReport, mfaStatus } = REPORT_PATHS;
  const hoursOf = (request: Request): number => readQuery(request, NEW_ACTIVITY_REPORT).duration;
  const noHours = (request: Request): number => {
    readQuery(request, NEW_MFA_REPORT);
    return 0;
  };
  methods(router, activity, { POST: createReport(parts, 'activity', hoursOf) });
  methods(router, activityReport, { GET: getReport(parts, 'activity') });
  methods(router, mfa, { POST: createReport(parts, 'mfa', noHours) });
  methods(router, mfaReport, { GET: getReport(parts, 'mfa') });
  methods(router, mfaStatus, { GET: getMfaStatus(parts) });
}

function createReport(
  { reports, callerOf }: ReportRouteParts,
  kind: ReportKind,
  hoursOf: (request: Request) => number,
): RequestHandler<{ account_id: string }> {
  return async (request, response) => {
    const caller = await callerOf(request);
    const durationHours = hoursOf(request);
    const { id } = await reports.create(caller, { accountId: request.params.account_id, kind, durationHours });
    response.status(202).json({ reference: id });
  };
}

function getReport(
  { reports, callerOf }: ReportRouteParts,
  kind: ReportKind,
): RequestHandler<{ account_id: string; reference: string }> {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { account_id: accountId, reference } = request.params;
    const report = await reports.get(caller, { accountId, kind }, reference);
    if (report.state === 'pending') return writeNothing(response);
    await writeReport(response, report, reports.pieces(report));
  };
}

function getMfaStatus({ mfaStatus, callerOf }: ReportRouteParts): RequestHandler<{ account_id: string }> {
  return async (request, response) => {
    const caller = await callerOf(request);
    const { iam_id: iamId } = readQuery(request, MFA_STATUS_PARAMETERS);
    const need = await mfaStatus(caller, request.params.account_id, iamId);
    response.json({ iam_id: iamId, ...mfaRepresentation(need) });
  };
}
