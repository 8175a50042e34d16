import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { mongo } from 'mongoose';
import type { Backend } from './backends.ts';

/** Where the store of a service is, as its settings say. */
export interface StorePlace {
  readonly backend: Backend;
  readonly dataFolder: string;
  readonly mongoUrl: string | undefined;
}

/** Makes the store itself refuse every new audit record, behind the service's back. @returns what takes the obstacle away */
export async function givenAuditObstacle(place: StorePlace): Promise<() => Promise<void>> {
  const set = (refusing: boolean) =>
    place.backend === 'sqlite' ? refuseInSqlite(place, refusing) : refuseInMongo(place, refusing);
  await set(true);
  return () => set(false);
}

async function refuseInSqlite({ dataFolder }: StorePlace, refusing: boolean): Promise<void> {
  const database = new DatabaseSync(join(dataFolder, 'latchkey.sqlite'), { timeout: 2_000 });
  database.exec(
    refusing
      ? `CREATE TRIGGER obstacle BEFORE INSERT ON entities_audit_events BEGIN SELECT RAISE(ABORT, 'obstacle'); END`
      : 'DROP TRIGGER obstacle',
  );
  database.close();
}

async function refuseInMongo({ mongoUrl }: StorePlace, refusing: boolean): Promise<void> {
  const client = await mongo.MongoClient.connect(String(mongoUrl));
  // A rule that no record keeps.
  const validator = refusing ? { obstacle: { $exists: true } } : {};
  await client.db().command({ collMod: 'audit_events', validator });
  await client.close();
}
