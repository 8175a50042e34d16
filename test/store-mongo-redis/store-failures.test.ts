import { describe, expect, it } from '@jest/globals';
import { mongo } from 'mongoose';
import { StoreUnavailable } from '../../src/problems/request-problems.ts';
import { asStoreFailure, hasLabel, isConnectionLost } from '../../src/store-mongo-redis/store-failures.ts';

/** What a `MongoBulkWriteError` inherits, when the connection of an `insertMany` ends: a new error, without the first's labels. */
const failedBulkWrite = (cause: mongo.MongoError) => new mongo.MongoServerError(cause);

describe('a connection to MongoDB that is lost', () => {
  const reset = new mongo.MongoNetworkError('read ECONNRESET');
  reset.addErrorLabel('TransientTransactionError');
  const ended = Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' });

  it.each([
    ['the driver says so', reset],
    ['it was lost within a bulk write', failedBulkWrite(reset)],
    ['the socket says so and the driver passes it on', ended],
  ])('when %s, then the store is unavailable, and the commit may be repeated', (_, error) => {
    expect(asStoreFailure(error)).toBeInstanceOf(StoreUnavailable);
    expect(isConnectionLost(error)).toBe(true);
  });

  it('when it was lost within a bulk write, then the labels of the loss are still seen', () => {
    expect(hasLabel(failedBulkWrite(reset), 'TransientTransactionError')).toBe(true);
  });

  it('when something else is wrong, then the error stays what it is', () => {
    const wrong = new TypeError('x is not a function');

    expect(asStoreFailure(wrong)).toBe(wrong);
    expect(isConnectionLost(wrong)).toBe(false);
  });
});
