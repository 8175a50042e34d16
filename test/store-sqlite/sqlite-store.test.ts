import { describeStoreContract } from '../contract/store-contract.ts';
import { givenSqliteStore } from './given-sqlite-store.ts';

describeStoreContract('SQLite', givenSqliteStore);
