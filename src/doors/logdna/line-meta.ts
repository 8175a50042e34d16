/** Bytes, near enough: characters of names and texts, and 8 for anything else. */
const LARGEST = 32 * 1024;
/** Deepest nesting of what is sent as an object; three levels are searched at IBM. */
const DEEPEST = 32;
const SCALAR_SIZE = 8;

/** Whether `meta` of a line can be kept: text, or an object that is neither too large nor too deep. */
export function isReadableMeta(meta: unknown): boolean {
  if (typeof meta === 'string') return meta.length <= LARGEST && Buffer.byteLength(meta) <= LARGEST;
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return false;
  return sizeOf(meta, 1) <= LARGEST;
}

/**
 * Never calls itself deeper than is allowed, so that depth cannot exhaust the stack here, nor where the line is written again (stack
 * exhaustion); and no further once it is too large.
 * @returns infinity when it is too deep
 */
function sizeOf(parent: object, depth: number): number {
  if (depth > DEEPEST) return Number.POSITIVE_INFINITY;
  return Array.isArray(parent) ? sizeOfList(parent, depth) : sizeOfObject(parent, depth);
}

function sizeOfList(list: readonly unknown[], depth: number): number {
  let size = 2;
  for (let index = 0; index < list.length && size <= LARGEST; index += 1) size += 1 + sizeOfMember(list[index], depth);
  return size;
}

/** By `for … in`: a list of the members of each object would cost five times as much. What JSON.parse makes inherits none. */
function sizeOfObject(parent: object, depth: number): number {
  let size = 2;
  for (const name in parent) {
    // Safe: a name of the object itself.
    size += name.length + 4 + sizeOfMember(parent[name as keyof typeof parent], depth);
    if (size > LARGEST) return size;
  }
  return size;
}

function sizeOfMember(member: unknown, depth: number): number {
  if (typeof member === 'string') return member.length;
  return typeof member === 'object' && member !== null ? sizeOf(member, depth + 1) : SCALAR_SIZE;
}
