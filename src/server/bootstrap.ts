import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ACCOUNTS, type Account, INSTALLATION_ID, INSTALLATIONS, type Installation } from '../accounts/account.ts';
import { API_KEYS } from '../api-keys/api-key.ts';
import { type ApiKeyMakerParts, newApiKey } from '../api-keys/new-api-key.ts';
import type { Clock } from '../clock/clock.ts';
import { insert } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import { MEMBERSHIPS, membershipId, USER_REALM, USERS } from '../users/user.ts';

/** What the first start stands on. */
export interface BootstrapParts extends ApiKeyMakerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly dataFolder: string;
}

/** @returns where the first key is written: the key and a newline, readable by its owner alone */
export const adminKeyFile = (dataFolder: string): string => join(dataFolder, 'admin.apikey');

/**
 * Makes the installation: its first account, the account's owner and one API key of the owner, in one commit. Of many
 * processes that do this at once one wins. The key goes to a file before the commit, under a name that only the winner
 * makes final, so that no crash leaves an installation without its key.
 * @returns the installation, and whether it was made now
 */
export async function bootstrap(parts: BootstrapParts): Promise<{ installation: Installation; made: boolean }> {
  const { store, clock, dataFolder } = parts;
  const existing = await store.read(INSTALLATIONS).get(INSTALLATION_ID);
  if (existing !== undefined) {
    await settleKeyFiles(dataFolder, existing);
    return { installation: existing, made: false };
  }
  const made = newInstallation(clock.now());
  const { installation, account, user, membership } = made;
  const owner = { accountId: account.id, iamId: user.id };
  const { apiKey, secret } = newApiKey(parts, { name: 'admin', ...owner }, user.id, clock.now());
  const pending = pendingKeyFile(dataFolder, installation);
  await writePrivately(dataFolder, pending, `${secret}\n`);
  try {
    await store.commit([
      insert(INSTALLATIONS, installation),
      insert(ACCOUNTS, account),
      insert(USERS, user),
      insert(MEMBERSHIPS, membership),
      insert(API_KEYS, apiKey),
    ]);
  } catch (error) {
    if (!(error instanceof AlreadyExists)) throw error;
    // Another process was faster; its installation is the one.
    await rm(pending, { force: true });
    return bootstrap(parts);
  }
  await settleKeyFiles(dataFolder, installation);
  return { installation, made: true };
}

function newInstallation(now: number) {
  const accountId = randomBytes(16).toString('hex');
  const iamId = `${USER_REALM}-${randomBytes(5).toString('hex').toUpperCase()}`;
  const times = { createdAt: now, modifiedAt: now };
  const installation: Installation = {
    id: INSTALLATION_ID,
    entityTag: firstEntityTag(),
    installationId: randomUUID(),
    firstAccountId: accountId,
    operatorIamId: iamId,
    generation: 1,
    createdAt: now,
  };
  const account: Account = {
    id: accountId,
    entityTag: firstEntityTag(),
    tenantId: randomUUID(),
    name: 'First account',
    ownerIamId: iamId,
    settings: {},
    generation: 1,
    ...times,
  };
  const user = {
    id: iamId,
    entityTag: firstEntityTag(),
    email: 'owner@localhost',
    name: 'Account Owner',
    givenName: 'Account',
    familyName: 'Owner',
    generation: 1,
    ...times,
  };
  const membership = {
    id: membershipId(accountId, iamId),
    entityTag: firstEntityTag(),
    accountId,
    iamId,
    state: 'active' as const,
    generation: 1,
    createdAt: now,
  };
  return { installation, account, user, membership };
}

const pendingKeyFile = (dataFolder: string, { installationId }: Installation): string =>
  `${adminKeyFile(dataFolder)}.${installationId}`;

async function writePrivately(folder: string, path: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Gives the installation's key its final name, unless another process has done so: the winner of the commit, or whoever
 * starts after the winner died. Keys of installations that did not come to be open nothing and go.
 */
async function settleKeyFiles(dataFolder: string, installation: Installation): Promise<void> {
  const pending = pendingKeyFile(dataFolder, installation);
  await rename(pending, adminKeyFile(dataFolder)).catch(unlessMissing);
  const prefix = `${basename(adminKeyFile(dataFolder))}.`;
  const names = (await readdir(dataFolder).catch(unlessMissing)) ?? [];
  const useless = names.filter((name) => name.startsWith(prefix));
  await Promise.all(useless.map((name) => rm(join(dataFolder, name), { force: true })));
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
