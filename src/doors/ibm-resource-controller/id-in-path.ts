import type { Caller } from '../../access/caller.ts';
import { parseCrn } from '../../crn/crn.ts';
import { NotFound } from '../../problems/entity-problems.ts';
import { serviceNamed } from '../../resource-catalog/catalog.ts';

/** What the paths of this door name: an instance, or what belongs to one, by its word in CRNs. */
export type NamedThing = 'instance' | 'reclamation' | 'resource-key' | 'resource-alias' | 'resource-binding';

// Linear: fixed lengths.
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const WORDS: Readonly<Record<NamedThing, string>> = {
  instance: 'The resource instance',
  reclamation: 'The reclamation',
  'resource-key': 'The resource key',
  'resource-alias': 'The resource alias',
  'resource-binding': 'The resource binding',
};

/**
 * Reads how a client names a thing, in a path (Express has decoded it) or in a body: by its GUID, or by its CRN.
 * @returns the GUID
 * @throws NotFound  the text is neither, or the CRN is of another account, of a service without instances, or of another kind
 */
export function guidOf(text: string, { accountId }: Pick<Caller, 'accountId'>, kind: NamedThing): string {
  const id = guidOrNothing(text, { accountId }, kind);
  // One answer for "missing" and "another account's": ids of other tenants cannot be probed.
  if (id === undefined) throw new NotFound(`${WORDS[kind]} could not be found.`);
  return id;
}

/** The same for a filter, which finds nothing where a path is told that there is nothing. @returns `undefined` also for no text */
export function guidOrNothing(
  text: string | undefined,
  { accountId }: Pick<Caller, 'accountId'>,
  kind: NamedThing,
): string | undefined {
  if (text === undefined || GUID.test(text)) return text;
  return guidInCrn(text, accountId, kind);
}

function guidInCrn(text: string, accountId: string, kind: NamedThing): string | undefined {
  const crn = parseCrn(text);
  if (crn === undefined || crn.scope !== `a/${accountId}`) return undefined;
  if (serviceNamed(crn.service)?.instances === undefined) return undefined;
  const { instance, resourceType, resource } = crn;
  if (kind === 'instance') return resourceType === '' && resource === '' && GUID.test(instance) ? instance : undefined;
  return resourceType === kind && GUID.test(resource) ? resource : undefined;
}
