import { type Fleet, type FleetParts, startFleet } from './fleet.ts';
import { acceptedStill, type FollowParts, type Ledger, ledger, ledgerFacts } from './followed-revocations.ts';
import { makeKeys, type OwnedKey, type Owner, ownerOf } from './given-keys.ts';
import { type HonestLoad, honestLoad, loadFacts } from './honest-load.ts';
import { randomNumbers } from './random-numbers.ts';
import { revocationLevels } from './revocation-levels.ts';

/** A fleet with keys in it, a load on it, and a ledger of what was taken back there. */
export interface DrillGround {
  readonly fleet: Fleet;
  readonly owner: Owner;
  /** Good all the time, and used by the load. */
  readonly standing: readonly OwnedKey[];
  readonly kept: Ledger;
  readonly load: HonestLoad;
  /** What clients that revoke need. */
  readonly following: FollowParts;
  readonly below: (limit: number) => number;
  /** Ends the load, asks about every token once more, stops the nodes, and puts it all together. */
  conclude(): Promise<{ facts: Readonly<Record<string, string | number>>; findings: readonly string[] }>;
}

/** What the ground is made of. */
export interface DrillGroundParts extends FleetParts {
  readonly seed: number;
  readonly loadPerSecond: number;
  /** How many of the nodes the load uses, the first ones. Default: all. */
  readonly steadyNodes?: number;
  readonly progress: (line: string) => void;
}

/** What another process may take to hear of a revocation: through servers a second, through one file nothing. */
export const HEARD_MILLISECONDS = { sqlite: 0, 'mongo-redis': 1_000 } as const;

const STANDING_KEYS = 8;
const SWITCHED_KEYS = 24;

/** Starts the nodes, makes the keys, and begins the load. */
export async function drillGround(parts: DrillGroundParts): Promise<DrillGround> {
  const { seed, backend, loadPerSecond, progress, steadyNodes = parts.nodes } = parts;
  const below = randomNumbers(seed);
  const fleet = await startFleet(parts);
  const witnesses = () => fleet.witnesses;
  const [first] = fleet.witnesses;
  if (first === undefined) throw new Error('nobody answers');
  const owner = await ownerOf(fleet);
  const standing = await makeKeys(first, owner, STANDING_KEYS);
  const switched = await makeKeys(first, owner, SWITCHED_KEYS);
  const prepare = revocationLevels({ owner, standing, switched, below });
  const kept = ledger();
  const steady = fleet.witnesses.filter(({ node }) => node < steadyNodes);
  const load = honestLoad({ witnesses: () => steady, keys: standing, requestsPerSecond: loadPerSecond, below });
  const following = { witnesses, prepare, kept, below, othersMilliseconds: HEARD_MILLISECONDS[backend] };
  return {
    ...{ fleet, owner, standing, kept, load, following, below },
    async conclude() {
      const loaded = await load.stop();
      progress('every revoked token is asked about once more');
      const late = await acceptedStill(kept.ended, fleet.witnesses);
      await fleet.stop();
      return {
        facts: { ...ledgerFacts(kept), ...loadFacts(loaded) },
        findings: [...kept.findings, ...loaded.findings, ...late, ...defectsIn(fleet)],
      };
    },
  };
}

const MOST_DEFECTS = 5;

/** What the nodes wrote of answers that are a defect, and not an outage. */
function defectsIn({ nodes }: Fleet): readonly string[] {
  return nodes.flatMap((service, node) => {
    const lines = service
      .output()
      .split('\n')
      .filter((line) => line.includes('"status":500'));
    return lines.slice(0, MOST_DEFECTS).map((line) => `node ${node} logged: ${line}`);
  });
}
