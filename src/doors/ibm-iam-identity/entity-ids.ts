import type { Caller } from '../../access/caller.ts';
import { parseCrn } from '../../crn/crn.ts';
import { NotFound } from '../../problems/entity-problems.ts';

// Linear: one class, bounded.
const ID = /^[A-Za-z0-9-]{1,100}$/;

/** What a path can name, with the word that its CRNs have for it. */
export type EntityKind = 'apikey' | 'serviceid' | 'serviceid_group';

const SHOWN: Readonly<Record<EntityKind, string>> = {
  apikey: 'API key',
  serviceid: 'service ID',
  serviceid_group: 'service ID group',
};

/**
 * The id in a path: itself, or the cloud resource name of the same thing in the caller's account.
 * @throws NotFound  it can name nothing of this kind in the account: the same answer as for an id that is not there
 */
export function entityIdOf(text: string, kind: EntityKind, { accountId }: Caller): string {
  const id = text.startsWith('crn:') ? idInCrn(text, kind, accountId) : text;
  if (id !== undefined && ID.test(id)) return id;
  throw new NotFound(`The ${SHOWN[kind]} could not be found.`);
}

function idInCrn(text: string, kind: EntityKind, accountId: string): string | undefined {
  const crn = parseCrn(text);
  if (crn?.service !== 'iam-identity' || crn.resourceType !== kind) return undefined;
  return crn.scope === `a/${accountId}` ? crn.resource : undefined;
}
