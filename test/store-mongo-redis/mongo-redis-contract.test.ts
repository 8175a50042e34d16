import { afterAll } from '@jest/globals';
import { describeStoreContract } from '../contract/store-contract.ts';
import { mongoRedisStores } from './given-mongo-redis-store.ts';

const stores = mongoRedisStores();
afterAll(() => stores.drop());

describeStoreContract('MongoDB and Redis', stores.open);
