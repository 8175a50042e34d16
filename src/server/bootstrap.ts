import { randomBytes, randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { ACCOUNTS, INSTALLATION_ID, INSTALLATIONS, type Installation } from '../accounts/account.ts';
import { newAccount, newAccountId } from '../accounts/new-account.ts';
import { API_KEYS } from '../api-keys/api-key.ts';
import { type ApiKeyMakerParts, newApiKey } from '../api-keys/new-api-key.ts';
import { type Clock, SYSTEM_CLOCK } from '../clock/clock.ts';
import { syncFolder, writeDurably } from '../secrets/durable-files.ts';
import { insert } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import { AlreadyExists } from '../store/store-errors.ts';
import { newMembership } from '../users/new-user.ts';
import { MEMBERSHIPS, USER_REALM, USERS, type User } from '../users/user.ts';
import { bootstrapRecorded } from './bootstrap-audit.ts';

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
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await writeDurably(pending, `${secret}\n`);
  // Before the commit: power that fails after it must find the key, or nobody ever has it.
  await syncFolder(dataFolder);
  try {
    await store.commit([
      insert(INSTALLATIONS, installation),
      insert(ACCOUNTS, account),
      insert(USERS, user),
      insert(MEMBERSHIPS, membership),
      insert(API_KEYS, apiKey),
      ...bootstrapRecorded(installation, apiKey),
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
  const accountId = newAccountId();
  const iamId = `${USER_REALM}-${randomBytes(5).toString('hex').toUpperCase()}`;
  const installation: Installation = {
    id: INSTALLATION_ID,
    entityTag: firstEntityTag(),
    installationId: randomUUID(),
    firstAccountId: accountId,
    operatorIamId: iamId,
    generation: 1,
    createdAt: now,
  };
  const account = newAccount(accountId, { name: 'First account', ownerIamId: iamId }, now);
  const user: User = {
    id: iamId,
    entityTag: firstEntityTag(),
    email: 'owner@localhost',
    name: 'Account Owner',
    givenName: 'Account',
    familyName: 'Owner',
    generation: 1,
    createdAt: now,
    modifiedAt: now,
  };
  return { installation, account, user, membership: newMembership(user, accountId, 'active', now) };
}

const pendingKeyFile = (dataFolder: string, { installationId }: Installation): string =>
  `${adminKeyFile(dataFolder)}.${installationId}`;

/**
 * Gives the installation's key its final name, unless another process has done so: the winner of the commit, or whoever
 * starts after the winner died. Keys of installations that did not come to be open nothing and go.
 */
async function settleKeyFiles(dataFolder: string, installation: Installation): Promise<void> {
  const pending = pendingKeyFile(dataFolder, installation);
  if ((await lstat(pending).catch(unlessMissing)) !== undefined) {
    await rename(pending, adminKeyFile(dataFolder)).catch(unlessMissing);
    await syncFolder(dataFolder);
  }
  const names = (await readdir(dataFolder).catch(unlessMissing)) ?? [];
  for (const name of names) {
    const file = join(dataFolder, name);
    if (name !== basename(pending) && (await isLeftBehind(file))) await rm(file, { force: true });
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A start that is under way has its key file for much less. */
const LEFT_BEHIND_MILLISECONDS = 60_000;

/**
 * Whether a start that failed wrote this file. Whatever else stands beside the key is its operator's, and may be the only
 * copy of it.
 */
async function isLeftBehind(file: string): Promise<boolean> {
  const [prefix, suffix] = [`${basename(adminKeyFile(''))}.`, extname(file).slice(1)];
  if (basename(file) !== `${prefix}${suffix}` || !UUID.test(suffix)) return false;
  const found = await lstat(file).catch(unlessMissing);
  if (found?.isFile() !== true || (found.mode & 0o777) !== 0o600) return false;
  return found.mtimeMs + LEFT_BEHIND_MILLISECONDS < SYSTEM_CLOCK.now();
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
