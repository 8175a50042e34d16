import type { Caller } from '../access/caller.ts';
import type { EntityInUse } from '../problems/entity-problems.ts';
import type { Change } from '../store/changes.ts';
import type { ResourceInstance } from './resource-instance.ts';

/** What rooms that stand on instances have to do when one comes and goes; `server` joins them. */
export interface InstanceHooks {
  /** @returns what is committed together with a new instance, audit records included; at most 20 changes */
  readonly alsoProvisioned: (caller: Caller, instance: ResourceInstance) => readonly Change[];
  /** @returns what to refuse with when something hangs on the instance that must go first; `undefined`: nothing does */
  readonly dependantsOf: (instance: ResourceInstance) => Promise<EntityInUse | undefined>;
  /**
   * Takes away what hangs on an instance that is `removing`, in chunks. Everything that hangs on it is refused when this returns;
   * after a crash it is called again, and goes on; two may be at it at once. Nothing new can come meanwhile.
   * @param caller who deletes it; `undefined`: the service itself, which finishes what somebody began
   * @param forGood the instance cannot come back: also take what a restored one would go on with
   */
  readonly endWhatHangsOn: (caller: Caller | undefined, instance: ResourceInstance, forGood: boolean) => Promise<void>;
}
