import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU in hundredths of a second, whatever the kernel's own clock (proc(5), USER_HZ). */
const MICROSECONDS_A_TICK = 10_000;

/** @returns CPU of the process and its descendants, all threads, user and system together, in microseconds */
export function cpuMicrosecondsOf(pid: number): number {
  return familyOf(pid).reduce((sum, member) => sum + ticksOf(member) * MICROSECONDS_A_TICK, 0);
}

/** @returns the resident memory of the process and of each of its descendants, in megabytes */
export function residentMegabytesOf(pid: number): readonly number[] {
  return familyOf(pid).map((member) => {
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${member}/status`, 'utf8'))?.[1];
    return Number(kilobytes) / 1024;
  });
}

/** The process and, where it has workers, these: found by their parent, since not every kernel lists children. */
function familyOf(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = statOf(Number(name))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const family = [pid];
  // Grows while it is walked: a child's children come after it.
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child);
  }
  return family;
}

/** utime and stime: the fields 14 and 15. */
function ticksOf(pid: number): number {
  const fields = statOf(pid);
  return Number(fields?.[11]) + Number(fields?.[12]);
}

/** @returns the fields after the second, the name in parentheses, which may hold spaces; `undefined` when it has ended */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
