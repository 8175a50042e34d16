import { type Connection, Mongoose } from 'mongoose';
import { asStoreFailure } from './store-failures.ts';

/** The MongoDB cannot do what the store needs; `message` says what to change. */
export class NotAReplicaSet extends Error {
  constructor() {
    super(
      'The MongoDB at the given address is not a replica set. Transactions and change streams need one; a single node is enough: start mongod with --replSet rs0 and run rs.initiate().',
    );
    this.name = 'NotAReplicaSet';
  }
}

const DEFAULT_DATABASE = 'latchkey';

const TIME_LIMITS = {
  // A dead server must not hold a request: each bound is below CALL_MILLISECONDS.
  serverSelectionTimeoutMS: 2_000,
  connectTimeoutMS: 2_000,
  socketTimeoutMS: 2_500,
  waitQueueTimeoutMS: 2_000,
  heartbeatFrequencyMS: 1_000,
} as const;

/**
 * Connects to the primary. Reads are of the majority, writes wait for the majority's journal.
 * @param database default: the one in the address, else `latchkey`
 * @throws StoreUnavailable  no primary answers
 * @throws NotAReplicaSet    what answers has no replica set
 */
export async function connectToMongo(mongoUrl: string, database?: string): Promise<Connection> {
  // An instance of its own: the settings below are global to a mongoose.
  const mongoose = new Mongoose({ sanitizeFilter: true, strictQuery: 'throw', autoIndex: false, autoCreate: false });
  const connection = mongoose.createConnection(mongoUrl, {
    ...TIME_LIMITS,
    dbName: database ?? databaseIn(mongoUrl) ?? DEFAULT_DATABASE,
    appName: 'latchkey',
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
    ignoreUndefined: true,
    maxPoolSize: 50,
    readPreference: 'primary',
    readConcern: { level: 'majority' },
    writeConcern: { w: 'majority', j: true, wtimeoutMS: 2_000 },
    retryReads: true,
    retryWrites: true,
  });
  // The driver repairs itself; without a listener its reports would end the process.
  connection.on('error', () => undefined);
  try {
    await connection.asPromise();
    const hello = await nativeDatabase(connection).command({ hello: 1 });
    // A router of a sharded cluster says 'isdbgrid' and stands before replica sets.
    if (hello['setName'] === undefined && hello['msg'] !== 'isdbgrid') throw new NotAReplicaSet();
    return connection;
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw asStoreFailure(error);
  }
}

/** @returns the driver's own database behind a connection. @throws Error when it was never connected */
export function nativeDatabase(connection: Connection): NonNullable<Connection['db']> {
  if (connection.db === undefined) throw new Error('the connection to MongoDB was never made');
  return connection.db;
}

function databaseIn(mongoUrl: string): string | undefined {
  // Not `new URL`: an address may list several hosts.
  const name = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(mongoUrl)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}
