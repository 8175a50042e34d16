import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeOnEveryBackend } from '../harness/running-service.ts';
import { type Climb, givenClimb } from './given-climb.ts';
import { MOVES } from './moves.ts';

/** A move, and whom and what it is about: numbers, of which each move takes those it needs from what there is. */
const move = fc.tuple(fc.constantFrom(...Object.keys(MOVES)), fc.array(fc.nat(1_000), { minLength: 6, maxLength: 6 }));

describeOnEveryBackend('somebody who may manage everything but sending logs', (service, backend) => {
  const RUNS = backend === 'sqlite' ? 6 : 2;

  /** Nobody comes to more than they hold (R34) in several steps either, of which each alone looks harmless. */
  it('given any moves in any order, with every credential that they bring, when they are made, then none of them can send', async () => {
    let done = 0;
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 60, maxLength: 60 }), async (moves) => {
        const climb: Climb = await givenClimb(service());
        const made: string[] = [];
        for (const [name, picks] of moves) {
          const status = (await MOVES[name]?.(climb, picks))?.status ?? 0;
          asked += 1;
          if (status >= 200 && status < 300) {
            done += 1;
            made.push(`${name} ${picks.join(' ')}`);
          }
          expect({ made, senders: await climb.senders() }).toEqual({ made, senders: [] });
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    // It is no proof when nothing is let through.
    expect(done).toBeGreaterThan(asked / 10);
  }, 120_000);
});
