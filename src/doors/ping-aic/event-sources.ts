import { ParameterInvalid } from '../../problems/request-problems.ts';

/** What the log is divided into; the last of each family has all of it (PingOne Advanced Identity Cloud, "Log sources"). */
export const LOG_SOURCES = [
  'am-access',
  'am-activity',
  'am-authentication',
  'am-config',
  'am-core',
  'am-everything',
  'idm-access',
  'idm-activity',
  'idm-authentication',
  'idm-config',
  'idm-core',
  'idm-everything',
  'idm-recon',
  'idm-sync',
] as const;

/** One of them. */
export type LogSource = (typeof LOG_SOURCES)[number];

const ROLL_UPS = ['am-everything', 'idm-everything'] as const;

/**
 * The sources of a list that is separated by commas.
 * @returns those that are no roll-up; the others in what they hold
 * @throws ParameterInvalid  one is unknown
 */
export function sourcesOf(list: string): ReadonlySet<LogSource> {
  const sources = new Set<LogSource>();
  for (const name of list.split(',').map((each) => each.trim())) {
    const source = LOG_SOURCES.find((known) => known === name);
    // The name is not repeated: whatever it is, it is none of few.
    if (source === undefined) throw new ParameterInvalid('source', `must be of: ${LOG_SOURCES.join(', ')}`);
    for (const each of heldBy(source)) sources.add(each);
  }
  return sources;
}

function heldBy(source: LogSource): readonly LogSource[] {
  const rollUp = ROLL_UPS.find((each) => each === source);
  if (rollUp === undefined) return [source];
  const family = rollUp.slice(0, rollUp.indexOf('-') + 1);
  return LOG_SOURCES.filter((each) => each.startsWith(family) && each !== rollUp);
}
