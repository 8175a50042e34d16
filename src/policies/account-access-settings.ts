import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { accountCrn } from '../crn/crn.ts';
import { EntityTagStale } from '../problems/entity-problems.ts';
import { insert, replace } from '../store/changes.ts';
import { firstEntityTag, nextEntityTag } from '../store/entity-tag.ts';
import { staleWhenTaken } from '../store/overtaken.ts';
import type { Store } from '../store/store.ts';
import { StaleEntityTag } from '../store/store-errors.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import {
  ACCESS_SETTINGS,
  type AccessSettings,
  accessSettingsFromTheStart,
  EXTERNAL_KINDS,
  type ExternalInteraction,
  type ExternalKind,
} from './access-settings.ts';

/** What is to be changed, kind by kind; an absent member stays as it is. */
export type AccessSettingsChange = Readonly<
  Partial<
    Record<ExternalKind, { readonly [Field in keyof ExternalInteraction]?: ExternalInteraction[Field] | undefined }>
  >
>;

/** What may be done with the settings of rights of an account. Every function: @throws AccessDenied */
export interface AccountAccessSettings {
  get(caller: Caller, accountId: string): Promise<AccessSettings>;
  /** @param ifMatch an entity tag, or `*` @throws EntityTagStale */
  update(caller: Caller, accountId: string, change: AccessSettingsChange, ifMatch: string): Promise<AccessSettings>;
}

/** What the settings stand on. */
export interface AccountAccessSettingsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

const SERVICE = 'iam-access-management';

/** @returns the settings of rights of the accounts in `store` */
export function accountAccessSettingsIn({ store, access, clock }: AccountAccessSettingsParts): AccountAccessSettings {
  const requireRight = (caller: Caller, verb: 'read' | 'update', accountId: string): Promise<void> =>
    access.require(caller, `${SERVICE}.settings.${verb}`, { accountId, service: SERVICE, resourceType: 'settings' });

  const record = (before: AccessSettings, after: AccessSettings): AuditedChange => ({
    at: clock.now(),
    action: `${SERVICE}.settings.update`,
    accountId: after.id,
    target: accountCrn(SERVICE, after.id, 'settings', 'access_management'),
    targetId: after.id,
    before: auditedSettings(before),
    after: auditedSettings(after),
  });

  return {
    async get(caller, accountId) {
      await requireRight(caller, 'read', accountId);
      return (await store.read(ACCESS_SETTINGS).get(accountId)) ?? accessSettingsFromTheStart(accountId);
    },

    async update(caller, accountId, change, ifMatch) {
      const once = async (): Promise<AccessSettings> => {
        await requireRight(caller, 'update', accountId);
        const stored = await store.read(ACCESS_SETTINGS).get(accountId);
        const before = stored ?? accessSettingsFromTheStart(accountId);
        if (ifMatch !== '*' && ifMatch !== before.entityTag) throw stale();
        const after = changed(before, change, clock.now());
        const put =
          stored === undefined ? insert(ACCESS_SETTINGS, after) : replace(ACCESS_SETTINGS, after, stored.entityTag);
        // Somebody else may make the first change at this moment: as if it had been just before.
        await staleWhenTaken(() => store.commit([put, audited(caller, record(before, after))]));
        return after;
      };
      if (ifMatch === '*') return untilUndisturbed(once);
      try {
        return await once();
      } catch (error) {
        if (error instanceof StaleEntityTag) throw stale();
        throw error;
      }
    },
  };
}

function changed(before: AccessSettings, change: AccessSettingsChange, now: number): AccessSettings {
  const next = (kind: ExternalKind): ExternalInteraction => ({
    state: change[kind]?.state ?? before.externalInteraction[kind].state,
    allowedAccounts: change[kind]?.allowedAccounts ?? before.externalInteraction[kind].allowedAccounts,
  });
  return {
    id: before.id,
    entityTag: before.createdAt === 0 ? firstEntityTag() : nextEntityTag(before.entityTag),
    externalInteraction: { user: next('user'), service_id: next('service_id'), service: next('service') },
    createdAt: before.createdAt === 0 ? now : before.createdAt,
    modifiedAt: now,
  };
}

const auditedSettings = ({ externalInteraction }: AccessSettings): Record<string, string> =>
  Object.fromEntries(
    EXTERNAL_KINDS.map((kind) => {
      const { state, allowedAccounts } = externalInteraction[kind];
      return [kind, [state, ...allowedAccounts].join(' ')];
    }),
  );

const stale = (): EntityTagStale =>
  new EntityTagStale('It was changed since you read it.', {
    details: 'Read it again and send its new entity tag as If-Match.',
  });
