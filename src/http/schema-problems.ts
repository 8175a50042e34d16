import type { core, ZodType } from 'zod';
import type { Problem } from '../problems/problem.ts';
import { ParameterInvalid, ParameterMissing } from '../problems/request-problems.ts';

/** Longest path that is named in a problem, in characters. */
const LONGEST_PATH = 100;

/**
 * The value as the schema reads it.
 * @param root what the whole value is called when it is itself wrong
 * @throws ParameterMissing  the first thing wrong is absent or empty
 * @throws ParameterInvalid  the first thing wrong is not as the schema wants it; no value is ever repeated
 */
export function parsedBySchema<Output>(schema: ZodType<Output>, value: unknown, root: string): Output {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw issue === undefined ? new ParameterInvalid(root, 'is not valid') : problemOfIssue(issue, value, root);
}

function problemOfIssue(issue: core.$ZodIssue, value: unknown, root: string): Problem {
  const given = valueAt(value, issue.path);
  const path = pathName(issue.path, root);
  if (given === undefined && issue.path.length > 0) return new ParameterMissing(path);
  if (given === '' && issue.code === 'too_small') return new ParameterMissing(path);
  return new ParameterInvalid(path, ruleOf(issue));
}

function ruleOf(issue: core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be of type ${issue.expected}`;
    case 'too_small':
      return `must ${issue.inclusive === false ? 'be more than' : 'be at least'} ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must ${issue.inclusive === false ? 'be less than' : 'be at most'} ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_format':
      return issue.format === 'regex' ? 'does not have the right form' : `must have the form of: ${issue.format}`;
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return 'has a member that is not known here';
    case 'custom':
      return issue.message;
    default:
      return 'is not valid';
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' || origin === 'set' ? ' entries long' : '';
}

function pathName(path: readonly PropertyKey[], root: string): string {
  if (path.length === 0) return root;
  return path.map(String).join('.').slice(0, LONGEST_PATH);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    // Safe: `at` is an object, and an own member is looked up by a name that the schema gave.
    at = Object.hasOwn(at, name) ? (at as Record<PropertyKey, unknown>)[name] : undefined;
  }
  return at;
}
