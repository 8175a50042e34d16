import { ParameterInvalid } from '../../problems/request-problems.ts';
import { COMPARISONS, type Comparison, type EventFilter, type FilterValue } from './event-filter.ts';

const PARAMETER = '_queryFilter';
/** Characters of a filter. */
const LONGEST = 2_000;
/** Conditions in it: each is asked of up to 10,000 entries. */
const MOST_CONDITIONS = 30;
/** Parentheses within each other. */
const DEEPEST = 20;

// Linear: each alternative begins with a character that no other begins with, and takes one class. A text in quotes ends at the
// first quote without a backslash before it.
const TOKEN = /\s*(?:([()!])|("(?:[^"\\]|\\.)*")|('(?:[^'\\]|\\.)*')|([^\s()!"']+))/y;

interface Token {
  readonly kind: 'sign' | 'text' | 'word';
  readonly value: string;
}

/**
 * Reads ForgeRock's filter language (PingDS REST, "Query"): `/payload/level eq "INFO" and !(/payload/result pr)`. By descent, without
 * going back.
 * @throws ParameterInvalid
 */
export function parseEventFilter(text: string): EventFilter {
  if (text.length > LONGEST) throw invalid(`must have at most ${LONGEST} characters`);
  const tokens = tokensOf(text);
  let place = 0;
  let conditions = 0;

  const peeked = (): Token | undefined => tokens[place];
  const isWord = (word: string): boolean => {
    const token = peeked();
    return token?.kind === 'word' && token.value.toLowerCase() === word;
  };
  const isSign = (sign: string): boolean => peeked()?.kind === 'sign' && peeked()?.value === sign;
  const next = (): Token => {
    const token = tokens[place];
    if (token === undefined) throw invalid('ends too early');
    place += 1;
    return token;
  };

  const listOf = (word: 'and' | 'or', part: (depth: number) => EventFilter, depth: number): EventFilter => {
    const parts = [part(depth)];
    while (isWord(word)) {
      next();
      parts.push(part(depth));
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: word === 'and' ? 'all' : 'any', parts };
  };
  const either = (depth: number): EventFilter => listOf('or', both, depth);
  const both = (depth: number): EventFilter => listOf('and', single, depth);

  const single = (depth: number): EventFilter => {
    if (depth > DEEPEST) throw invalid(`must have at most ${DEEPEST} parentheses within each other`);
    if (isSign('!')) {
      next();
      return { kind: 'not', part: single(depth + 1) };
    }
    if (!isSign('(')) return condition();
    next();
    const inner = either(depth + 1);
    if (!isSign(')')) throw invalid('has a parenthesis that is not closed');
    next();
    return inner;
  };

  const condition = (): EventFilter => {
    conditions += 1;
    if (conditions > MOST_CONDITIONS) throw invalid(`must have at most ${MOST_CONDITIONS} conditions`);
    const { kind, value } = next();
    if (kind !== 'word') throw invalid('must name a field where it does not');
    if (value === 'true' || value === 'false') return { kind: 'constant', holds: value === 'true' };
    const path = pathOf(value);
    const word = next().value.toLowerCase();
    if (word === 'pr') return { kind: 'present', path };
    const by = COMPARISONS.find((known) => known === word);
    if (by === undefined) throw invalid(`must compare by pr, ${COMPARISONS.join(', ')}`);
    return { kind: 'compared', path, by, to: comparable(by, next()) };
  };

  const filter = either(0);
  if (place < tokens.length) throw invalid('goes on after its end');
  return filter;
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const [whole, sign, double, single, word] = pattern.exec(text) ?? [];
    if (whole === undefined) throw invalid('has a text whose quotes are not closed');
    if (sign !== undefined) tokens.push({ kind: 'sign', value: sign });
    else if (word !== undefined) tokens.push({ kind: 'word', value: word });
    else tokens.push({ kind: 'text', value: unquoted(double ?? single ?? '') });
  }
  return tokens;
}

/** As in JSON; in single quotes a single quote is escaped, and a double one need not be. */
function unquoted(quoted: string): string {
  const inner = quoted.slice(1, -1);
  const json = quoted.startsWith('"') ? inner : inner.replace(/\\.|"/g, (each) => SINGLE[each] ?? each);
  try {
    return String(JSON.parse(`"${json}"`));
  } catch {
    throw invalid('has a text that cannot be read');
  }
}

const SINGLE: Readonly<Record<string, string>> = { '"': '\\"', "\\'": "'" };

const ALL_DIGITS = /^[0-9]+$/;
const NUMBER = /^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/;

/** A JSON pointer (RFC 6901); its first slash may be left out. */
function pathOf(pointer: string): readonly string[] {
  const names = (pointer.startsWith('/') ? pointer.slice(1) : pointer)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (names.includes('')) throw invalid('must name each field by a pointer such as /payload/level');
  if (names.some((name) => ALL_DIGITS.test(name))) throw invalid('must not name a field by its number in a list');
  return names;
}

function comparable(by: Comparison, { kind, value }: Token): FilterValue {
  if (kind === 'text') return value;
  if (by !== 'co' && by !== 'sw' && kind === 'word') {
    if (NUMBER.test(value)) return Number(value);
    if (by === 'eq' && (value === 'true' || value === 'false')) return value === 'true';
  }
  throw invalid('must compare with a text in quotes, a number, true or false');
}

const invalid = (rule: string): ParameterInvalid => new ParameterInvalid(PARAMETER, rule);
