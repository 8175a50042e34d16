import type { AuditEvent } from '../../audit/audit-event.ts';
import type { TrackRecord } from '../../audit/track-record.ts';
import { formatDate } from './dates.ts';
import type { TrackRecordRepresentation } from './schemas.ts';

/** Of what, and how much of it, was asked. */
export interface TrackRecordRequest {
  readonly accountId: string;
  readonly id: string;
  /** Under which name its use is counted: the id of a key, the iam id of a service ID. */
  readonly activityId: string;
  readonly includeHistory?: boolean;
  readonly includeActivity?: boolean;
}

/** @returns `history` and `activity` as far as they were asked for (IBM Cloud IAM Identity API) */
export async function trackRecordRepresentation(
  trackRecord: TrackRecord,
  { accountId, id, activityId, includeHistory = false, includeActivity = false }: TrackRecordRequest,
): Promise<TrackRecordRepresentation> {
  const [history, activity] = await Promise.all([
    includeHistory ? trackRecord.history(accountId, id) : undefined,
    includeActivity ? trackRecord.activity(activityId) : undefined,
  ]);
  return {
    ...(history !== undefined && { history: history.map(historyRepresentation) }),
    ...(includeActivity && {
      activity: {
        ...(activity !== undefined && { last_authn: formatDate(activity.lastAuthnAt) }),
        authn_count: activity?.authnCount ?? 0,
      },
    }),
  };
}

function historyRepresentation({ at, actor, accountId, action, target }: AuditEvent) {
  const verb = action.slice(action.lastIndexOf('.') + 1);
  return {
    timestamp: formatDate(at),
    iam_id: actor.iamId ?? '',
    iam_id_account: accountId,
    action: verb,
    params: [],
    message: `${verb}: ${target}`,
  };
}
