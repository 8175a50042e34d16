import { ParameterInvalid } from '../../problems/request-problems.ts';

/** Whether something matches, told by how its attributes read. */
export type Filter<Attribute extends string> = (attributeOf: (attribute: Attribute) => string) => boolean;

type Compare = (value: string, wanted: string) => boolean;

const COMPARISONS: Readonly<Record<string, Compare>> = {
  sw: (value, wanted) => value.startsWith(wanted),
  ew: (value, wanted) => value.endsWith(wanted),
  co: (value, wanted) => value.includes(wanted),
  eq: (value, wanted) => value === wanted,
};

/** Deepest nesting of parentheses. */
const DEEPEST = 10;

// Linear: each alternative begins with another character, and none holds a repetition of a repetition.
const TOKEN = /\s*(?:([()])|"((?:[^"\\]|\\["\\])*)"|([A-Za-z_]+))/;

/** A parenthesis, a quoted value or a word. */
interface Token {
  readonly kind: 'parenthesis' | 'value' | 'word' | 'end';
  readonly text: string;
}

interface Reading<Attribute extends string> {
  readonly attributes: Readonly<Record<Attribute, unknown>>;
  /** What comes next; taken from the front. */
  readonly tokens: Token[];
}

/**
 * Reads a filter as IBM's identity API has it (SCIM-like): `attribute operator "value"`, joined by `and` and `or` (`and`
 * binds more closely), with parentheses. Operators: `sw`, `ew`, `co`, `eq`, and each with `_ci` without regard to case.
 * @param attributes has a member for each that may be named
 * @throws ParameterInvalid  it is no such filter, or names another attribute
 */
export function readFilter<Attribute extends string>(
  text: string,
  attributes: Readonly<Record<Attribute, unknown>>,
): Filter<Attribute> {
  const reading = { attributes, tokens: tokensOf(text) };
  const filter = readAlternatives(reading, 0);
  if (take(reading).kind !== 'end') throw malformed();
  return filter;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  const next = new RegExp(TOKEN, 'y');
  while (next.lastIndex < trimmed.length) {
    const found = next.exec(trimmed);
    if (found === null) throw malformed();
    const [, parenthesis, value, word = ''] = found;
    if (parenthesis !== undefined) tokens.push({ kind: 'parenthesis', text: parenthesis });
    else if (value !== undefined) tokens.push({ kind: 'value', text: value.replaceAll(/\\(["\\])/g, '$1') });
    else tokens.push({ kind: 'word', text: word.toLowerCase() });
  }
  return tokens;
}

function readAlternatives<Attribute extends string>(reading: Reading<Attribute>, depth: number): Filter<Attribute> {
  const alternatives = [readConjunction(reading, depth)];
  while (takesWord(reading, 'or')) alternatives.push(readConjunction(reading, depth));
  return (attributeOf) => alternatives.some((matches) => matches(attributeOf));
}

function readConjunction<Attribute extends string>(reading: Reading<Attribute>, depth: number): Filter<Attribute> {
  const conditions = [readCondition(reading, depth)];
  while (takesWord(reading, 'and')) conditions.push(readCondition(reading, depth));
  return (attributeOf) => conditions.every((matches) => matches(attributeOf));
}

function readCondition<Attribute extends string>(reading: Reading<Attribute>, depth: number): Filter<Attribute> {
  const first = take(reading);
  if (first.kind === 'parenthesis' && first.text === '(' && depth < DEEPEST) {
    const inner = readAlternatives(reading, depth + 1);
    if (take(reading).text !== ')') throw malformed();
    return inner;
  }
  if (first.kind !== 'word' || !isAttribute(reading, first.text)) {
    throw malformed(`it may name: ${Object.keys(reading.attributes).join(', ')}`);
  }
  const attribute = first.text;
  const operator = take(reading);
  const value = take(reading);
  if (operator.kind !== 'word' || value.kind !== 'value') throw malformed();
  return condition(attribute, operator.text, value.text);
}

function isAttribute<Attribute extends string>({ attributes }: Reading<Attribute>, name: string): name is Attribute {
  // Own names only: `constructor` and its like are found on every object.
  return Object.hasOwn(attributes, name);
}

function condition<Attribute extends string>(
  attribute: Attribute,
  operator: string,
  wanted: string,
): Filter<Attribute> {
  const withoutCase = operator.endsWith('_ci');
  const name = withoutCase ? operator.slice(0, -3) : operator;
  const compare = Object.hasOwn(COMPARISONS, name) ? COMPARISONS[name] : undefined;
  if (compare === undefined) throw malformed('its operators are sw, ew, co and eq, and each with _ci');
  if (!withoutCase) return (attributeOf) => compare(attributeOf(attribute), wanted);
  const lowerCase = wanted.toLowerCase();
  return (attributeOf) => compare(attributeOf(attribute).toLowerCase(), lowerCase);
}

const END: Token = { kind: 'end', text: '' };

const take = ({ tokens }: Reading<string>): Token => tokens.shift() ?? END;

function takesWord({ tokens }: Reading<string>, word: string): boolean {
  if (tokens[0]?.kind !== 'word' || tokens[0].text !== word) return false;
  tokens.shift();
  return true;
}

const malformed = (hint = 'such as name sw "ci-" and description co "build"'): ParameterInvalid =>
  new ParameterInvalid('filter', `is not a filter that can be read; ${hint}`);
