import type { MfaNeed, Report, ReportRow, ReportSection } from '../../reports/report.ts';
import { formatDate } from './dates.ts';
import type {
  ActiveKeyRepresentation,
  ActiveThingRepresentation,
  ActiveUserRepresentation,
  MfaRepresentation,
} from './report-schemas.ts';

/** The members of a report that stand before its lists. */
export function reportHead({ id, kind, accountId, createdBy, createdAt, durationHours }: Report): object {
  const common = { created_by: createdBy, reference: id };
  if (kind === 'mfa') return { ...common, report_time: formatDate(createdAt), account_id: accountId };
  return {
    ...common,
    report_duration: String(durationHours),
    report_start_time: formatDate(createdAt - durationHours * 3_600_000),
    report_end_time: formatDate(createdAt),
  };
}

/** The lists of a report of each kind, by IBM's names, in the order in which they are written. */
export const REPORT_LISTS: Readonly<Record<Report['kind'], readonly (readonly [string, ReportSection | undefined])[]>> =
  {
    activity: [
      ['users', 'users'],
      ['apikeys', 'apiKeys'],
      ['serviceids', 'serviceIds'],
      // There are none, and clients may look for the list.
      ['profiles', undefined],
    ],
    mfa: [['users', 'users']],
  };

/** One row of a list. */
export function reportRow(section: ReportSection, row: ReportRow): object {
  if (section === 'users') return userRow(row);
  return section === 'apiKeys' ? keyRow(row) : thingRow(row);
}

function userRow({ id, name, email = '', lastAuthnAt, mfa }: ReportRow): ActiveUserRepresentation {
  const user = { iam_id: id, name, username: email, email };
  return { ...user, ...seen(lastAuthnAt), ...(mfa !== undefined && mfaRepresentation(mfa)) };
}

function keyRow({ id, name, owner, lastAuthnAt }: ReportRow): ActiveKeyRepresentation {
  const named = owner?.name === undefined ? {} : { name: owner.name };
  const email = owner?.email === undefined ? {} : { username: owner.email, email: owner.email };
  return {
    id,
    name,
    ...(owner?.kind === 'user'
      ? { type: 'user', user: { iam_id: owner.id, ...named, ...email } }
      : { type: 'serviceid', serviceid: { id: owner?.id ?? '', ...named } }),
    ...seen(lastAuthnAt),
  };
}

const thingRow = ({ id, name, lastAuthnAt }: ReportRow): ActiveThingRepresentation => ({
  id,
  name,
  ...seen(lastAuthnAt),
});

const seen = (lastAuthnAt: number | undefined): { last_authn?: string } =>
  lastAuthnAt === undefined ? {} : { last_authn: formatDate(lastAuthnAt) };

/** Second factors with which nobody has to enroll. */
const WITHOUT_ENROLLMENT: ReadonlySet<string> = new Set(['NONE', 'NONE_NO_ROPC']);

/** What a user needs by the settings. Nobody is enrolled in anything here, so who needs something does not comply. */
export function mfaRepresentation({ ofAccount, ofUser }: MfaNeed): MfaRepresentation {
  const effective = ofUser ?? ofAccount;
  const factor = { required: false, enrolled: false };
  return {
    effective_mfa_type: 'id_based_mfa',
    id_based_mfa: {
      trait_account_default: ofAccount,
      ...(ofUser !== undefined && { trait_user_specific: ofUser }),
      trait_effective: effective,
      complies: WITHOUT_ENROLLMENT.has(effective),
    },
    account_based_mfa: { security_questions: factor, totp: factor, verisign: factor, complies: true },
  };
}
