import type { Account } from '../../accounts/account.ts';
import type { AccountSettings, AccountSettingsChange, UserMfa } from '../../accounts/account-settings.ts';
import type { User } from '../../users/user.ts';
import {
  type AccountSettingsRepresentation,
  type AccountSettingsRequest,
  type EffectiveSettingsRepresentation,
  NOT_SET,
} from './account-settings-schemas.ts';
import type { TrackRecordRepresentation } from './schemas.ts';

/** The users that `user_mfa` names, by iam id; without `resolve_user_mfa` none. */
export type ResolvedUsers = ReadonlyMap<string, User>;

/** IBM's names in, ours out. */
export function settingsChangeOf(body: AccountSettingsRequest): AccountSettingsChange {
  return {
    accessTokenSeconds: body.system_access_token_expiration_in_seconds,
    refreshTokenSeconds: body.system_refresh_token_expiration_in_seconds,
    chosenApiKeyValues: body.allow_chosen_apikey_values,
    serviceIdCreation: body.restrict_create_service_id,
    userApiKeyCreation: body.restrict_create_platform_apikey,
    userListVisibility: body.restrict_user_list_visibility,
    allowedAddresses: body.allowed_ip_addresses,
    mfa: body.mfa,
    sessionExpirationSeconds: body.session_expiration_in_seconds,
    sessionInvalidationSeconds: body.session_invalidation_in_seconds,
    maxSessionsPerIdentity: body.max_sessions_per_identity,
    userMfa: body.user_mfa?.map(({ iam_id: iamId, mfa, description }) => ({
      iamId,
      mfa,
      ...(description !== undefined && { description }),
    })),
    userDomains: body.restrict_user_domains?.map((restriction) => ({
      realmId: restriction.realm_id,
      ...(restriction.invitation_email_allow_patterns !== undefined && {
        invitationPatterns: restriction.invitation_email_allow_patterns,
      }),
      ...(restriction.restrict_invitation !== undefined && { restrictInvitation: restriction.restrict_invitation }),
    })),
  };
}

/** The settings as they were set; what was not is NOT_SET. */
export function settingsRepresentation(
  { id, entityTag, settings }: Account,
  users: ResolvedUsers,
  { history }: TrackRecordRepresentation = {},
): AccountSettingsRepresentation {
  return {
    account_id: id,
    entity_tag: entityTag,
    ...sectionOf(settings, users, NOTHING_SET),
    allow_chosen_apikey_values: settings.chosenApiKeyValues ?? false,
    restrict_user_domains: (settings.userDomains ?? []).map((restriction) => ({
      realm_id: restriction.realmId,
      invitation_email_allow_patterns: [...(restriction.invitationPatterns ?? [])],
      restrict_invitation: restriction.restrictInvitation ?? false,
    })),
    ...(history !== undefined && { history }),
  };
}

/** The settings as they hold, with this product's defaults. */
export const effectiveRepresentation = (account: Account, users: ResolvedUsers): EffectiveSettingsRepresentation =>
  sectionOf(account.settings, users, DEFAULTS);

/** What is written for a setting that is not set. */
type Unset = Readonly<
  Record<'access' | 'refresh' | 'visibility' | 'sessionExpiration' | 'sessionInvalidation', string>
>;

const NOTHING_SET: Unset = {
  access: NOT_SET,
  refresh: NOT_SET,
  visibility: NOT_SET,
  sessionExpiration: NOT_SET,
  sessionInvalidation: NOT_SET,
};

const DEFAULTS: Unset = {
  access: '3600',
  refresh: '259200',
  visibility: 'RESTRICTED',
  sessionExpiration: '86400',
  sessionInvalidation: '7200',
};

function sectionOf(settings: AccountSettings, users: ResolvedUsers, unset: Unset): EffectiveSettingsRepresentation {
  return {
    system_access_token_expiration_in_seconds: numberText(settings.accessTokenSeconds, unset.access),
    system_refresh_token_expiration_in_seconds: numberText(settings.refreshTokenSeconds, unset.refresh),
    restrict_create_service_id: settings.serviceIdCreation ?? NOT_SET,
    restrict_create_platform_apikey: settings.userApiKeyCreation ?? NOT_SET,
    restrict_user_list_visibility: settings.userListVisibility ?? unset.visibility,
    allowed_ip_addresses: settings.allowedAddresses ?? '',
    mfa: settings.mfa ?? 'NONE',
    session_expiration_in_seconds: numberText(settings.sessionExpirationSeconds, unset.sessionExpiration),
    session_invalidation_in_seconds: numberText(settings.sessionInvalidationSeconds, unset.sessionInvalidation),
    max_sessions_per_identity: numberText(settings.maxSessionsPerIdentity, NOT_SET),
    user_mfa: (settings.userMfa ?? []).map((exemption) => userMfaRepresentation(exemption, users)),
  };
}

const numberText = (value: number | undefined, unset: string): string => (value === undefined ? unset : String(value));

function userMfaRepresentation({ iamId, mfa, description }: UserMfa, users: ResolvedUsers) {
  const user = users.get(iamId);
  return {
    iam_id: iamId,
    mfa,
    ...(user !== undefined && { name: user.name, userName: user.email, email: user.email }),
    ...(description !== undefined && { description }),
  };
}
