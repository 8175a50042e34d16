import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { AUDIT_EVENTS, auditEvent, audited } from '../audit/audit-event.ts';
import { localOrigin } from '../audit/local-origin.ts';
import { parseCrn } from '../crn/crn.ts';
import { Gone, NotFound } from '../problems/entity-problems.ts';
import { type Change, expectUnchanged, insert } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { StaleEntityTag } from '../store/store-errors.ts';
import { aliasCrn, aliasTarget, RESOURCE_ALIASES, type ResourceAlias } from './resource-alias.ts';

/** What may be done with an alias: the last part of an action of its service. */
export type AliasVerb = 'retrieve' | 'create' | 'update' | 'delete';

/** What reading an alias for somebody stands on. */
export interface ExistingAliasParts {
  readonly store: Store;
  readonly access: Access;
}

/**
 * @returns the alias, also one that was removed
 * @throws NotFound      it is missing, or of another account
 * @throws AccessDenied  the caller may not do this to it
 */
export async function existingAlias(
  { store, access }: ExistingAliasParts,
  caller: Caller,
  name: string,
  verb: AliasVerb,
): Promise<ResourceAlias> {
  const alias = await aliasOf(store, caller.accountId, name);
  await access.require(caller, `resource-controller.alias.${verb}`, aliasTarget(alias));
  return alias;
}

/**
 * Asks for no right.
 * @param name its id, or its whole CRN, of which every part must be right
 * @returns the alias of the account, also one that was removed
 * @throws NotFound
 */
export async function aliasOf(store: Store, accountId: string, name: string): Promise<ResourceAlias> {
  const crn = parseCrn(name);
  const alias = await store.read(RESOURCE_ALIASES).get(crn?.resource ?? name);
  // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
  if (alias?.accountId !== accountId || (crn !== undefined && aliasCrn(alias) !== name)) {
    throw new NotFound('The resource alias could not be found.');
  }
  return alias;
}

/**
 * For what is made for an alias, in a commit that `untilUndisturbed` repeats; asks for no right. Its instance is to be expected
 * as well (`activeInstance`).
 * @returns what the commit must expect, so that the alias is not deleted in between
 * @throws Gone            it was deleted
 * @throws StaleEntityTag  whether it is deleted is being decided at this moment
 */
export function expectActiveAlias(alias: ResourceAlias): Change {
  refuseDeletedAlias(alias);
  if (alias.state === 'ending') throw new StaleEntityTag(RESOURCE_ALIASES.name, alias.id);
  return expectUnchanged(RESOURCE_ALIASES, alias);
}

/** @throws Gone the alias was deleted */
export function refuseDeletedAlias({ state }: ResourceAlias): void {
  if (state === 'removing' || state === 'removed') throw new Gone('The resource alias was deleted before.');
}

/** The audit record of a change of an alias. @param caller `undefined`: the service itself does it */
export function recordedAliasChange(
  caller: Caller | undefined,
  { verb, before, after, at }: RecordedAliasChange,
): Change {
  const change = {
    ...{ at, action: `resource-controller.alias.${verb}`, accountId: after.accountId },
    ...{ target: aliasCrn(after), targetId: after.id },
    ...{ before: before && auditedAlias(before), after: auditedAlias(after) },
  };
  if (caller !== undefined) return audited(caller, change);
  return insert(AUDIT_EVENTS, auditEvent(localOrigin(), { ...change, outcome: 'success', actor: {} }));
}

interface RecordedAliasChange {
  readonly verb: 'create' | 'update' | 'delete';
  readonly before: ResourceAlias | undefined;
  readonly after: ResourceAlias;
  readonly at: number;
}

const auditedAlias = ({ name, instanceId, targetCrn, state }: ResourceAlias) => ({
  ...{ name, instanceId, targetCrn },
  // Not yet what is being decided.
  state: state === 'ending' ? 'active' : state,
});
