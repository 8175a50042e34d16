import { describe, expect, it } from '@jest/globals';
import { ApiKeyDisabled, ApiKeyUnknown } from '../../src/problems/credential-problems.ts';
import { isRefusal } from '../../src/problems/is-refusal.ts';
import { Overloaded, StoreUnavailable } from '../../src/problems/request-problems.ts';

describe('isRefusal', () => {
  it('given what was decided about a caller, when it is asked, then it is a refusal', () => {
    expect([new ApiKeyUnknown(), new ApiKeyDisabled('Disabled.')].map(isRefusal)).toEqual([true, true]);
  });

  it('given an outage, overload or a defect, when it is asked, then it is none', () => {
    const outages = [new StoreUnavailable(), new Overloaded('Busy.'), new Error('a defect'), undefined, 'text'];

    expect(outages.map(isRefusal)).toEqual(outages.map(() => false));
  });
});
