import type { AuditedState } from '../audit/audit-event.ts';
import { ACCESS_TOKEN_LIMIT_SECONDS, REFRESH_TOKEN_LIMIT_SECONDS } from '../token-format/token-types.ts';

/** What the owner may set; an absent setting has the product's default. */
export interface AccountSettings {
  /** Life of an access token, 900 to 3,600. Default 3,600. */
  readonly accessTokenSeconds?: number;
  /** Life of a refresh token, 900 to 259,200. Default 259,200. */
  readonly refreshTokenSeconds?: number;
  /** Who may make service IDs. Default: who has the right by a role. */
  readonly serviceIdCreation?: Restriction;
  /** Whether users may make keys of their own. Default: they may. */
  readonly userApiKeyCreation?: Restriction;
  /** Whether a new API key may have a value that its maker chose. Default: false. */
  readonly chosenApiKeyValues?: boolean;
  /** Whether users of the account see each other. Default: who has the right by a role. */
  readonly userListVisibility?: Restriction;
  /** Addresses and networks, comma separated, as they were sent; from elsewhere nobody gets in. Default: from everywhere. */
  readonly allowedAddresses?: string;
  /** Which second factor log-ins need; with any, a password lets nobody in. API keys, which need none, are not concerned. Default `NONE`. */
  readonly mfa?: MfaTrait;
  /** Users for whom another second factor is set than for the account. */
  readonly userMfa?: readonly UserMfa[];
  /** To which e-mail addresses users may be invited, realm by realm. Default: to all. */
  readonly userDomains?: readonly UserDomainRestriction[];
  /**
   * Whether each exchange is written down, for the log of the account. Default: they are counted, until the first key that reads the
   * log is made, which sets `each`.
   */
  readonly exchangeRecords?: ExchangeRecords;
  /** Of log-ins with a password, 900 to 86,400. Default 43,200. */
  readonly sessionExpirationSeconds?: number;
  /** Of idle log-in sessions, 900 to 7,200; kept, without effect. */
  readonly sessionInvalidationSeconds?: number;
  /** Log-in sessions of one identity, at least 1; kept, without effect. */
  readonly maxSessionsPerIdentity?: number;
}

/** Whether something is for few or for all; what neither means is each setting's own. */
export type Restriction = 'RESTRICTED' | 'NOT_RESTRICTED';

/** How exchanges are written down. */
export type ExchangeRecords = 'each' | 'counted';

/** The second factors that can be asked for, the weakest first. */
export const MFA_TRAITS = ['NONE', 'NONE_NO_ROPC', 'TOTP', 'TOTP4ALL', 'LEVEL1', 'LEVEL2', 'LEVEL3'] as const;

/** A second factor that log-ins of an account or a user need. */
export type MfaTrait = (typeof MFA_TRAITS)[number];

/** Which second factor one user needs. */
export interface UserMfa {
  readonly iamId: string;
  readonly mfa: MfaTrait;
  readonly description?: string;
}

/** To which e-mail addresses users of one realm may be invited. */
export interface UserDomainRestriction {
  readonly realmId: string;
  /** `*` stands for any characters but `.` and `@`, `**` for any. */
  readonly invitationPatterns?: readonly string[];
  /** False: the patterns have no effect. */
  readonly restrictInvitation?: boolean;
}

/** What is to be set; absent: stays as it is; `default`: is set no more. */
export type AccountSettingsChange = {
  readonly [Name in keyof AccountSettings]?: AccountSettings[Name] | 'default' | undefined;
};

/** From and to which number each setting goes that is one. */
export const NUMBER_BOUNDS = {
  accessTokenSeconds: [900, ACCESS_TOKEN_LIMIT_SECONDS],
  refreshTokenSeconds: [900, REFRESH_TOKEN_LIMIT_SECONDS],
  sessionExpirationSeconds: [900, 86_400],
  sessionInvalidationSeconds: [900, 7_200],
  maxSessionsPerIdentity: [1, 1_000_000],
} as const;

/** @returns the settings with the change in them */
export function changedSettings(before: AccountSettings, change: AccountSettingsChange): AccountSettings {
  const { userDomains, ...others } = change;
  const after: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(others)) {
    if (value === 'default') delete after[name];
    else if (value !== undefined) after[name] = value;
  }
  if (userDomains === 'default') delete after['userDomains'];
  else if (userDomains !== undefined) after['userDomains'] = changedDomains(before.userDomains ?? [], userDomains);
  // Safe: the change has the settings' own names and, but for `default` and `undefined`, their own values.
  return after as AccountSettings;
}

/** Realm by realm; one that is named and nothing more is restricted no longer (IBM Cloud IAM Identity API, "Account settings"). */
function changedDomains(
  before: readonly UserDomainRestriction[],
  change: readonly UserDomainRestriction[],
): readonly UserDomainRestriction[] {
  const realms = new Map(before.map((restriction) => [restriction.realmId, restriction]));
  for (const restriction of change) {
    const { realmId, invitationPatterns, restrictInvitation } = restriction;
    if (invitationPatterns === undefined && restrictInvitation === undefined) realms.delete(realmId);
    else realms.set(realmId, restriction);
  }
  return [...realms.values()];
}

/** @returns the settings as the audit record keeps them: lists as lines of text */
export function auditedSettings({ userMfa, userDomains, ...others }: AccountSettings): AuditedState {
  return {
    ...others,
    ...(userMfa !== undefined && { userMfa: userMfa.map(({ iamId, mfa }) => `${iamId} ${mfa}`) }),
    ...(userDomains !== undefined && {
      userDomains: userDomains.map(({ realmId, invitationPatterns = [], restrictInvitation = false }) =>
        [realmId, restrictInvitation ? 'restricted' : 'not restricted', ...invitationPatterns].join(' '),
      ),
    }),
  };
}
