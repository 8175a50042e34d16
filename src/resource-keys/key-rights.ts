import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { logLinesOf } from '../ingestion-keys/new-ingestion-key.ts';
import { instanceTarget, type ResourceInstance } from '../resource-instances/resource-instance.ts';

/** What may be done with a resource key: the last part of an action of its service. */
export type KeyVerb = 'retrieve' | 'create' | 'update' | 'delete';

/**
 * Who makes, changes or removes a key with ingestion keys in it needs the right to those as well: Editor alone must not
 * come to send to an instance, or keep others from it.
 * @throws AccessDenied
 */
export async function requireKeyRight(
  access: Access,
  caller: Caller,
  verb: KeyVerb,
  instance: ResourceInstance,
): Promise<void> {
  const target = instanceTarget(instance);
  await access.require(caller, actionOf(verb), target);
  const logLines = logLinesOf(instance);
  if (logLines === undefined || verb === 'retrieve') return;
  await access.require(caller, verb === 'delete' ? logLines.deleteKeys : logLines.createKeys, target);
}

/** @returns whether the caller may retrieve keys of an instance; for one call, in which it may be asked often */
export function retrieverOf(access: Access, caller: Caller): (instance: ResourceInstance) => Promise<boolean> {
  const allows = access.allowsOften(caller);
  return (instance) => allows(actionOf('retrieve'), instanceTarget(instance));
}

const actionOf = (verb: KeyVerb): string => `resource-controller.credential.${verb}`;
