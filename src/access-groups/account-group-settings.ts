import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { type AuditedChange, audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { insert, replace } from '../store/changes.ts';
import { firstEntityTag, nextEntityTag } from '../store/entity-tag.ts';
import { staleWhenTaken } from '../store/overtaken.ts';
import type { Store } from '../store/store.ts';
import { untilUndisturbed } from '../store/until-undisturbed.ts';
import { accessGroupCrn } from './access-group.ts';
import { groupGate } from './existing-group.ts';
import { GROUP_SETTINGS, type GroupSettings } from './group-settings.ts';

/** An account's settings about access groups, as they hold. */
export interface EffectiveGroupSettings {
  readonly accountId: string;
  readonly publicAccessEnabled: boolean;
  /** Absent: never changed. */
  readonly modifiedAt?: number;
  readonly modifiedBy?: string;
}

/** What may be done with an account's settings about groups. Every function: @throws AccessDenied */
export interface AccountGroupSettings {
  get(caller: Caller, accountId: string): Promise<EffectiveGroupSettings>;
  /** An absent setting stays as it is. */
  update(
    caller: Caller,
    accountId: string,
    change: { readonly publicAccessEnabled?: boolean | undefined },
  ): Promise<EffectiveGroupSettings>;
}

/** What the settings stand on. */
export interface AccountGroupSettingsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** @returns the settings about groups of the accounts of `store` */
export function accountGroupSettingsIn({ store, access, clock }: AccountGroupSettingsParts): AccountGroupSettings {
  const { requireRight } = groupGate({ store, access });

  const record = (accountId: string, before: GroupSettings | undefined, after: GroupSettings): AuditedChange => ({
    at: clock.now(),
    action: 'iam-groups.settings.update',
    accountId,
    target: accessGroupCrn({ accountId, id: '' }),
    targetId: accountId,
    before: before && { publicAccessEnabled: before.publicAccessEnabled },
    after: { publicAccessEnabled: after.publicAccessEnabled },
  });

  return {
    async get(caller, accountId) {
      await requireRight(caller, 'settings.read', { accountId });
      return effective(accountId, await store.read(GROUP_SETTINGS).get(accountId));
    },

    async update(caller, accountId, { publicAccessEnabled }) {
      await requireRight(caller, 'settings.update', { accountId });
      return untilUndisturbed(async () => {
        const before = await store.read(GROUP_SETTINGS).get(accountId);
        const after: GroupSettings = {
          id: accountId,
          entityTag: before === undefined ? firstEntityTag() : nextEntityTag(before.entityTag),
          publicAccessEnabled: publicAccessEnabled ?? before?.publicAccessEnabled ?? false,
          modifiedAt: clock.now(),
          modifiedBy: caller.iamId,
        };
        const put = before ? replace(GROUP_SETTINGS, after, before.entityTag) : insert(GROUP_SETTINGS, after);
        // Who makes the record at the same moment as another reads it and changes it.
        await staleWhenTaken(() => store.commit([put, audited(caller, record(accountId, before, after))]));
        return effective(accountId, after);
      });
    },
  };
}

function effective(accountId: string, kept: GroupSettings | undefined): EffectiveGroupSettings {
  if (kept === undefined) return { accountId, publicAccessEnabled: false };
  const { publicAccessEnabled, modifiedAt, modifiedBy } = kept;
  return { accountId, publicAccessEnabled, modifiedAt, modifiedBy };
}
