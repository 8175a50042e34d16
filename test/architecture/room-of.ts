import { DOMAIN_ARROWS, type Floor, PLATFORM_ROOMS, ROOMS_APART } from './floors.ts';

/** Where a file of `src/` lives. */
export interface Room {
  readonly floor: Floor;
  /** `api-keys`, `doors/oauth`, `main`. */
  readonly name: string;
}

/** @returns the room of a path such as `src/api-keys/…`; `undefined` when no floor has it */
export function roomOf(path: string): Room | undefined {
  const [top, first = '', second = '', file] = path.split('/');
  if (top !== 'src') return undefined;
  if (path === 'src/main.ts') return { floor: 'main', name: 'main' };
  if (first === 'doors') return file === undefined ? undefined : { floor: 'door', name: `doors/${second}` };
  if (second === '') return undefined;
  const floor = floorOf(first);
  return floor === undefined ? undefined : { floor, name: first };
}

function floorOf(folder: string): Floor | undefined {
  if (folder === 'server') return 'server';
  if (Object.hasOwn(DOMAIN_ARROWS, folder)) return 'domain';
  if (Object.hasOwn(ROOMS_APART, folder)) return 'apart';
  return PLATFORM_ROOMS.includes(folder) ? 'platform' : undefined;
}
