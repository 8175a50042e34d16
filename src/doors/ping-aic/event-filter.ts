/** A condition on a line of the log. */
export type EventFilter =
  | { readonly kind: 'all' | 'any'; readonly parts: readonly EventFilter[] }
  | { readonly kind: 'not'; readonly part: EventFilter }
  | { readonly kind: 'constant'; readonly holds: boolean }
  | { readonly kind: 'present'; readonly path: readonly string[] }
  | { readonly kind: 'compared'; readonly path: readonly string[]; readonly by: Comparison; readonly to: FilterValue };

/** How a field is compared: equal, contains, starts with, and by order. */
export type Comparison = (typeof COMPARISONS)[number];

/** The names of all comparisons, as the language has them. */
export const COMPARISONS = ['eq', 'co', 'sw', 'lt', 'le', 'gt', 'ge'] as const;

/** With what it is compared. */
export type FilterValue = string | number | boolean;

/** @returns whether the condition holds of a line. In one pass over the filter: no pattern is searched by trying */
export function passes(filter: EventFilter, line: object): boolean {
  switch (filter.kind) {
    case 'all':
      return filter.parts.every((part) => passes(part, line));
    case 'any':
      return filter.parts.some((part) => passes(part, line));
    case 'not':
      return !passes(filter.part, line);
    case 'constant':
      return filter.holds;
    case 'present': {
      const value = valueAt(line, filter.path);
      return value !== undefined && value !== null;
    }
    case 'compared': {
      const { path, by, to } = filter;
      const value = valueAt(line, path);
      // Of a list, one of its values is enough.
      return Array.isArray(value) ? value.some((each) => holds(by, each, to)) : holds(by, value, to);
    }
  }
}

function valueAt(line: object, path: readonly string[]): unknown {
  let value: unknown = line;
  for (const name of path) {
    // Own members alone: under names such as `constructor` every object has something.
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return;
    value = Reflect.get(value, name);
  }
  return value;
}

function holds(by: Comparison, value: unknown, to: FilterValue): boolean {
  if (by === 'eq') return value === to;
  if (typeof value === 'string' && typeof to === 'string') {
    if (by === 'co') return value.includes(to);
    if (by === 'sw') return value.startsWith(to);
    return inOrder(by, value, to);
  }
  return typeof value === 'number' && typeof to === 'number' && by !== 'co' && by !== 'sw' && inOrder(by, value, to);
}

function inOrder<Value extends string | number>(
  by: Exclude<Comparison, 'eq' | 'co' | 'sw'>,
  value: Value,
  to: Value,
): boolean {
  if (by === 'lt') return value < to;
  if (by === 'le') return value <= to;
  return by === 'gt' ? value > to : value >= to;
}
