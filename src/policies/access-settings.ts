import { defineCollection, type Entity } from '../store/collection.ts';

/** How identities and services of other accounts may act in an account; none is stored while all is as it is from the start. */
export interface AccessSettings extends Entity {
  /** The account's id. */
  readonly id: string;
  readonly externalInteraction: Readonly<Record<ExternalKind, ExternalInteraction>>;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** Who may come from another account. */
export type ExternalKind = (typeof EXTERNAL_KINDS)[number];

/** Everyone who may come from another account. */
export const EXTERNAL_KINDS = ['user', 'service_id', 'service'] as const;

/** How those of one kind may act. */
export interface ExternalInteraction {
  /** `limited`: only those of the accounts that are named; `monitor`: all, as `enabled`. */
  readonly state: 'enabled' | 'limited' | 'monitor';
  readonly allowedAccounts: readonly string[];
}

/** The settings of accounts that have any. */
export const ACCESS_SETTINGS = defineCollection<AccessSettings>()('access_settings', {
  fields: {
    id: 'string',
    entityTag: 'string',
    externalInteraction: 'json',
    createdAt: 'integer',
    modifiedAt: 'integer',
  },
  indexes: {},
  followed: true,
});

const ENABLED: ExternalInteraction = { state: 'enabled', allowedAccounts: [] };

/** @returns what holds of an account that has changed nothing; its tag is the same each time */
export function accessSettingsFromTheStart(accountId: string): AccessSettings {
  return {
    id: accountId,
    entityTag: `0-${'0'.repeat(32)}`,
    externalInteraction: { user: ENABLED, service_id: ENABLED, service: ENABLED },
    createdAt: 0,
    modifiedAt: 0,
  };
}

/** @returns whether those of one kind from `fromAccountId` may act where these settings hold */
export function letsIn({ externalInteraction }: AccessSettings, kind: ExternalKind, fromAccountId: string): boolean {
  const { state, allowedAccounts } = externalInteraction[kind];
  return state !== 'limited' || allowedAccounts.includes(fromAccountId);
}
