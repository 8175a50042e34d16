import { setTimeout as pause } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { StoreUnavailable } from '../problems/request-problems.ts';
import { NotAReplicaSet } from './mongo-connection.ts';
import { asStoreFailure } from './store-failures.ts';

/** The address does not say which replica set to make of which members, or another one is there; `message` says which. */
export class ReplicaSetNotInitiated extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ReplicaSetNotInitiated';
  }
}

/** What `initiateReplicaSet` needs. */
export interface InitiateReplicaSetParts {
  /** Names the members and, as `replicaSet=`, the set. */
  readonly mongoUrl: string;
  /** How long the members may take to answer and to elect a primary. Default: 60,000. */
  readonly limitMilliseconds?: number;
}

/** What there is after `initiateReplicaSet`. */
export interface InitiatedReplicaSet {
  readonly name: string;
  /** False: it was one already, or another process made it at the same time. */
  readonly made: boolean;
}

const LIMIT_MILLISECONDS = 60_000;
const REPEAT_MILLISECONDS = 250;
const DEFAULT_PORT = 27_017;

/** MongoDB's code for a second `replSetInitiate`: whoever asked first makes the set. */
const ALREADY_INITIALIZED = 23;
/** Codes of a member that cannot be reached by its name yet, and of one that reads its configuration. */
const NOT_YET_CODES = new Set<number | string | undefined>([74, 93, 94, 109]);

/**
 * Makes the servers that the address names a replica set, where they are none yet, and waits until it has a primary. Any
 * number of processes may do this at once, and again: one makes the set.
 * @throws ReplicaSetNotInitiated  the address names no set, or the servers belong to another one
 * @throws NotAReplicaSet          the server was started without `--replSet`
 * @throws StoreUnavailable        no primary within the limit
 */
export async function initiateReplicaSet(parts: InitiateReplicaSetParts): Promise<InitiatedReplicaSet> {
  const { mongoUrl, limitMilliseconds = LIMIT_MILLISECONDS } = parts;
  const { name, members, directUrl } = plannedSet(mongoUrl);
  const endsAt = performance.now() + limitMilliseconds;
  let made = false;
  for (;;) {
    const step = await nextStep(directUrl, name, members);
    if (step === 'ready') return { name, made };
    made ||= step === 'made';
    if (performance.now() > endsAt) {
      const cause = step instanceof Error ? step : undefined;
      const diagnostic = `the replica set '${name}' had no primary within ${limitMilliseconds / 1_000} s`;
      throw new StoreUnavailable({ diagnostic, cause });
    }
    await pause(REPEAT_MILLISECONDS);
  }
}

/** @returns why it must be tried again, where it must */
async function nextStep(
  directUrl: string,
  name: string,
  members: readonly string[],
): Promise<'ready' | 'made' | 'electing' | Error> {
  // Of its own each time: the driver would remember what the server was before.
  const client = new mongo.MongoClient(directUrl, { serverSelectionTimeoutMS: 2_000, connectTimeoutMS: 2_000 });
  try {
    const admin = client.db('admin');
    const hello = await admin.command({ hello: 1 });
    if (hello['setName'] === name) return hello['primary'] === undefined ? 'electing' : 'ready';
    if (hello['setName'] !== undefined) {
      throw new ReplicaSetNotInitiated(
        `The MongoDB at the given address belongs to the replica set '${hello['setName']}', and the address says '${name}'.`,
      );
    }
    if (hello['isreplicaset'] !== true) throw new NotAReplicaSet();
    const configured = members.map((host, _id) => ({ _id, host }));
    await admin.command({ replSetInitiate: { _id: name, members: configured } });
    return 'made';
  } catch (error) {
    return reasonToWait(error);
  } finally {
    await client.close();
  }
}

/** @throws the error, when waiting would not mend it */
function reasonToWait(error: unknown): 'electing' | Error {
  if (error instanceof mongo.MongoServerError) {
    if (error.code === ALREADY_INITIALIZED) return 'electing';
    if (NOT_YET_CODES.has(error.code)) return error;
  }
  const failure = asStoreFailure(error);
  // It may still be starting; containers begin in any order.
  if (failure instanceof StoreUnavailable) return failure;
  throw error;
}

interface PlannedSet {
  readonly name: string;
  /** Each with its port: they reach each other under these names, and so does every client. */
  readonly members: readonly string[];
  /** To the first of them alone: a driver that looks for the set finds nobody before there is one. */
  readonly directUrl: string;
}

function plannedSet(mongoUrl: string): PlannedSet {
  // Not `new URL`: an address may list several hosts.
  const found = /^mongodb:\/\/(?<who>[^@/?]*@)?(?<hosts>[^/?]+)\/?(?<database>[^?]*)(?:\?(?<options>.*))?$/.exec(
    mongoUrl,
  );
  const { who = '', hosts, database = '', options: text = '' } = found?.groups ?? {};
  if (hosts === undefined) {
    throw new ReplicaSetNotInitiated('Only an address that begins with mongodb:// names the members of a replica set.');
  }
  const options = new URLSearchParams(text);
  const name = options.get('replicaSet');
  if (name === null || name === '') {
    throw new ReplicaSetNotInitiated('The address of MongoDB names no replica set; end it with ?replicaSet=rs0.');
  }
  options.delete('replicaSet');
  options.set('directConnection', 'true');
  const members = hosts.split(',').map((host) => (/:\d+$/.test(host) ? host : `${host}:${DEFAULT_PORT}`));
  return { name, members, directUrl: `mongodb://${who}${members[0]}/${database}?${options}` };
}
