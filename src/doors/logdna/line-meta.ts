/** Bytes, near enough: characters of names and texts, and 8 for anything else. */
const LARGEST = 32 * 1024;
/** Deepest nesting of what is sent as an object; three levels are searched at IBM. */
const DEEPEST = 32;
const SCALAR_SIZE = 8;

/**
 * Whether `meta` of a line can be kept: text, or an object that is neither too large nor too deep. Walked without recursion, so that
 * depth cannot exhaust the stack here or where it is written again (stack exhaustion).
 */
export function isReadableMeta(meta: unknown): boolean {
  if (typeof meta === 'string') return meta.length <= LARGEST && Buffer.byteLength(meta) <= LARGEST;
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return false;
  let size = 0;
  let level: readonly object[] = [meta];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth >= DEEPEST) return false;
    const below: object[] = [];
    for (const parent of level) {
      size += sizeOfMembers(parent, below);
      if (size > LARGEST) return false;
    }
    level = below;
  }
  return true;
}

/** @param below is given the members that have members themselves */
function sizeOfMembers(parent: object, below: object[]): number {
  let size = 2;
  for (const [name, member] of Object.entries(parent)) {
    size += Array.isArray(parent) ? 1 : name.length + 4;
    if (typeof member === 'string') size += member.length + 2;
    else if (typeof member === 'object' && member !== null) below.push(member);
    else size += SCALAR_SIZE;
  }
  return size;
}
