import { ACCOUNTS } from '../accounts/account.ts';
import type { AccountSettings } from '../accounts/account-settings.ts';
import { API_KEYS, type ApiKey } from '../api-keys/api-key.ts';
import { actsAsIdentity } from '../api-keys/key-kinds.ts';
import { ACTIVITY } from '../audit/exchange-count.ts';
import { SERVICE_IDS, type ServiceId } from '../service-ids/service-id.ts';
import type { Page, Store } from '../store/store.ts';
import { isUser } from '../users/is-user.ts';
import { MEMBERSHIPS, type Membership, USERS } from '../users/user.ts';
import type { MfaNeed, Report, ReportedOwner, ReportRow, ReportSection } from './report.ts';

/** How many identities are looked at for one piece. */
const ROWS_PER_PAGE = 250;

const HOUR_MILLISECONDS = 3_600_000;

/** @returns the rows of a report that its next page gives, and where the one after begins */
export function sectionPage(store: Store, report: Report): Promise<Page<ReportRow>> {
  return SECTIONS[report.section](store, report);
}

type SectionPage = (store: Store, report: Report) => Promise<Page<ReportRow>>;

const SECTIONS: Readonly<Record<ReportSection, SectionPage>> = {
  async users(store, report) {
    const request = { equals: [report.accountId], after: report.after, limit: ROWS_PER_PAGE };
    const { rows, next } = await store.read(MEMBERSHIPS).page('byAccount', request);
    const members = rows.filter(({ state }) => state === 'active' || state === 'suspended');
    const settings = report.kind === 'mfa' ? await settingsOf(store, report.accountId) : undefined;
    const reported = members.map((membership) => userRow(store, report, membership, settings));
    return { rows: (await Promise.all(reported)).filter((row) => row !== undefined), next };
  },

  async apiKeys(store, report) {
    const request = { equals: [report.accountId], after: report.after, limit: ROWS_PER_PAGE };
    const { rows, next } = await store.read(API_KEYS).page('ofAccountByCreation', request);
    const ownerOf = ownersIn(store);
    const reported = rows.filter(actsAsIdentity).map(async (apiKey): Promise<ReportRow | undefined> => {
      const seen = await seenOf(store, report, apiKey.id);
      if (seen === undefined) return undefined;
      const owner = await ownerOf(apiKey);
      return owner && { id: apiKey.id, name: apiKey.name, owner, ...seen };
    });
    return { rows: (await Promise.all(reported)).filter((row) => row !== undefined), next };
  },

  async serviceIds(store, report) {
    const request = { equals: [report.accountId, 'active'], after: report.after, limit: ROWS_PER_PAGE };
    const { rows, next } = await store.read(SERVICE_IDS).page('byCreation', request);
    const reported = rows.map(async ({ id, iamId, name }: ServiceId): Promise<ReportRow | undefined> => {
      const seen = await seenOf(store, report, iamId);
      return seen && { id, name, ...seen };
    });
    return { rows: (await Promise.all(reported)).filter((row) => row !== undefined), next };
  },
};

async function userRow(
  store: Store,
  report: Report,
  membership: Membership,
  settings: AccountSettings | undefined,
): Promise<ReportRow | undefined> {
  // By membership: when a user was seen in accounts of others is nobody's business here.
  const seen = settings === undefined ? await seenOf(store, report, membership.id) : {};
  if (seen === undefined) return undefined;
  const user = await store.read(USERS).get(membership.iamId);
  if (user === undefined) return undefined;
  const { id, name, email } = user;
  return { id, name, email, ...seen, ...(settings !== undefined && { mfa: mfaNeed(settings, id) }) };
}

/** @returns which second factor the account's settings ask of a user */
export function mfaNeed({ mfa = 'NONE', userMfa = [] }: AccountSettings, iamId: string): MfaNeed {
  const ofUser = userMfa.find((exemption) => exemption.iamId === iamId)?.mfa;
  return { ofAccount: mfa, ...(ofUser !== undefined && { ofUser }) };
}

const settingsOf = async (store: Store, accountId: string): Promise<AccountSettings> =>
  (await store.read(ACCOUNTS).get(accountId))?.settings ?? {};

/** @returns when it was seen last, if ever; `undefined`: so lately that it is not reported */
async function seenOf(
  store: Store,
  { createdAt, durationHours }: Report,
  id: string,
): Promise<Pick<ReportRow, 'lastAuthnAt'> | undefined> {
  const activity = await store.read(ACTIVITY).get(id);
  if (activity === undefined) return {};
  const { lastAuthnAt } = activity;
  return lastAuthnAt >= createdAt - durationHours * HOUR_MILLISECONDS ? undefined : { lastAuthnAt };
}

/** Many keys of a page have one owner, who is read once. @returns `undefined` for a key that has gone with its owner */
function ownersIn(store: Store): (apiKey: ApiKey) => Promise<ReportedOwner | undefined> {
  const owners = new Map<string, Promise<ReportedOwner | undefined>>();
  const read = async (iamId: string): Promise<ReportedOwner | undefined> => {
    if (isUser(iamId)) {
      const user = await store.read(USERS).get(iamId);
      return { kind: 'user', id: iamId, ...(user !== undefined && { name: user.name, email: user.email }) };
    }
    const serviceId = await store.read(SERVICE_IDS).find('byIamId', [iamId]);
    return serviceId?.state === 'active' ? { kind: 'service-id', id: serviceId.id, name: serviceId.name } : undefined;
  };
  return ({ iamId }) => {
    const known = owners.get(iamId) ?? read(iamId);
    owners.set(iamId, known);
    return known;
  };
}
