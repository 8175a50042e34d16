import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogSender } from '../../../src/doors/logdna/log-sender.ts';
import { bodyReader } from '../../../src/doors/logdna/read-body.ts';
import { readLines } from '../../../src/doors/logdna/read-lines.ts';
import { linesScanner } from '../../../src/doors/logdna/scan-lines.ts';
import type { LogEntry } from '../../../src/ingestion/log-entry.ts';
import { Problem } from '../../../src/problems/problem.ts';

const ARRIVAL = { receivedAt: 1_800_000_000_000, keyId: 'ApiKey-1', source: 'logdna' };
const CAME = { received_at: ARRIVAL.receivedAt, key_id: ARRIVAL.keyId, source: ARRIVAL.source };
const PLAIN: LogSender = { host: undefined, labels: undefined, characters: 0 };
const TELLING: LogSender = {
  host: 'web-"1"',
  labels: { tags: ['shop'], mac: undefined, ip: '192.0.2.1' },
  characters: 60,
};
const scan = linesScanner();
const read = bodyReader();

/** What is kept of a body, as objects, and the statuses; or the code of the refusal. */
type Outcome = { lines: readonly unknown[]; statuses: readonly number[] | undefined } | string;

function outcomeOf(work: () => Outcome): Outcome {
  try {
    return work();
  } catch (failure) {
    if (failure instanceof Problem) return failure.code;
    throw failure;
  }
}

const asRead = (body: Buffer, sender: LogSender): Outcome =>
  outcomeOf(() => {
    const { lines, taken, statuses } = read(body, sender, ARRIVAL);
    const objects = 'bytes' in lines ? objectsOf(lines.bytes) : lines.map(keptOf);
    expect(objects).toHaveLength(taken);
    return { lines: objects, statuses };
  });

/** Each line made into an object, which is the slow way. */
const asObjects = (body: Buffer, sender: LogSender): Outcome =>
  outcomeOf(() => {
    const { entries, statuses } = readLines(body, sender);
    return { lines: entries.map(keptOf), statuses };
  });

const keptOf = (entry: LogEntry): unknown => {
  const { timestamp = ARRIVAL.receivedAt } = entry;
  return JSON.parse(JSON.stringify({ ...entry, timestamp, ...CAME }));
};

function objectsOf(bytes: Buffer): readonly unknown[] {
  if (bytes.length === 0) return [];
  const text = bytes.toString();
  expect(text).not.toMatch(/\r/);
  return text.split('\n').map((line) => JSON.parse(line));
}

const word = fc.constantFrom(
  '',
  'INFO',
  'é',
  'a\\b',
  'a"b',
  'a\u0007b',
  'a\u007fb',
  'a\u0085b',
  'x'.repeat(90),
  'x'.repeat(600),
  '\ud83d\ude00',
);
const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), word, fc.constantFrom(null, 0, 30, true, '{}', '{"a":1}'));
const time = fc.constantFrom(
  1_700_000_000_123,
  '1700000000123',
  1_700_000_000,
  1_700_000_000.5,
  -1,
  1e300,
  '',
  null,
  'x',
  '2023-11-14T22:13:20Z',
);
const line = fc.oneof(
  fc.record(
    {
      ...{
        timestamp: time,
        t: time,
        line: fc.oneof(fc.string(), word, fc.jsonValue({ maxDepth: 1 })),
        app: value,
        hostname: value,
        level: value,
      },
      ...{ meta: value, env: value, tags: value, ip: word, proto: value, ['e\u0006']: word, 'a.b': value },
    },
    { requiredKeys: [] },
  ),
  fc.record({
    timestamp: fc.constant(1_700_000_000_123),
    line: fc.string(),
    level: fc.constant('INFO'),
    meta: fc.dictionary(fc.string(), value),
  }),
  fc.jsonValue({ maxDepth: 2 }),
);
const body = fc.record({
  lines: fc.array(line, { maxLength: 8 }),
  shape: fc.constantFrom('lines', 'ls', 'ls first', 'none', 'both'),
  spaces: fc.constantFrom(0, 1, 2),
});

function textOf({ lines, shape, spaces }: { lines: readonly unknown[]; shape: string; spaces: number }): string {
  const bodies: Readonly<Record<string, unknown>> = {
    lines: { now: 1, lines },
    ls: { e: 'ls', ls: lines },
    'ls first': { ls: lines, e: 'ls' },
    none: { ls: lines },
    both: { e: 'ls', ls: [], lines },
  };
  // An object literal with that name would have another prototype instead.
  const text = JSON.stringify(bodies[shape], undefined, spaces === 2 ? 1 : 0).replaceAll('"proto":', '"__proto__":');
  // As Python writes it.
  return spaces === 1 ? text.replaceAll('","', '", "').replaceAll('":', '": ') : text;
}

describe('a body that is read without making an object of each line', () => {
  it('when any body comes, then of each line the same is kept and said as when objects are made', () => {
    fc.assert(
      fc.property(body, fc.constantFrom(PLAIN, TELLING), (asked, sender) => {
        const bytes = Buffer.from(textOf(asked));

        expect(asRead(bytes, sender)).toEqual(asObjects(bytes, sender));
      }),
      { numRuns: 2_000 },
    );
  });

  /** The time of the second line was kept as a label, because a label had stood at its place in the body before. */
  it('given a line without members, when the next begins where one of another body did, then its names are its own', () => {
    const bodyWith = (name: string, more = ''): Buffer =>
      Buffer.from(`{"lines":[{},{"${name}":1700000000123,"line":"a"}${more}]}`);
    asRead(bodyWith('another_1'), PLAIN);

    const after = bodyWith('timestamp', ',{"line":"b"}'.repeat(20));
    expect(asRead(after, PLAIN)).toEqual(asObjects(after, PLAIN));
  });

  it('when a body is broken anywhere, then the same becomes of it as when objects are made', () => {
    const broken = fc.record({
      at: fc.nat(),
      put: fc.constantFrom('', '"', '\\', '\n', '\t', '\u0001', '0', ',', ']', '}', '{', ':', '\ufeff'),
    });
    fc.assert(
      fc.property(body, broken, (asked, { at, put }) => {
        const text = textOf(asked);
        const place = at % text.length;
        const bytes = Buffer.from(text.slice(0, place) + put + text.slice(place + 1));

        expect(asRead(bytes, PLAIN)).toEqual(asObjects(bytes, PLAIN));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [
      'of the loggers',
      '{"e":"ls","ls":[{"timestamp":1700000000123,"line":"a","level":"INFO","app":"shop","env":"x","meta":"{}"}]}',
    ],
    ['with a tenth unusual line', `{"lines":[${'{"line":"a"},'.repeat(9)}{"line":"b","level":30}]}`],
    ['with spaces', '{"lines": [{"line": "a", "app": "b", "meta": {"a": [1, 2]}}, {"line": "c"}]}'],
    ['without lines', ' {"lines":[]}\r\n'],
  ])('when it is one %s, then it is read so', (_what, text) => {
    const bytes = Buffer.from(text);

    expect(scan(bytes, PLAIN, ARRIVAL)).toBeDefined();
    expect(asRead(bytes, PLAIN)).toEqual(asObjects(bytes, PLAIN));
  });

  it.each([
    ['is not UTF-8', Buffer.from([...Buffer.from('{"lines":[{"line":"a'), 0xff, ...Buffer.from('"}]}')])],
    [
      'has a name twice',
      Buffer.from('{"lines":[{"line":"a","env":1,"env":2},{"line":"b","app":"c","app":"d"},{"line":"e","line":7}]}'),
    ],
    ['has lines twice', Buffer.from('{"lines":[{"line":"a"}],"lines":[{"line":"b"}]}')],
    ['has an escaped name', Buffer.from('{"l\\u0069nes":[{"line":"a"}]}')],
    ['has many unusual lines', Buffer.from(`{"lines":[${'{"line":"a","level":3},'.repeat(99)}7]}`)],
    [
      'has long texts',
      Buffer.from(
        JSON.stringify({ lines: [{ line: 'é'.repeat(9_000) }, { line: 'x', meta: { a: 'y'.repeat(40_000) } }] }),
      ),
    ],
    [
      'is large',
      Buffer.from(
        JSON.stringify({ lines: Array(20_000).fill({ line: 'a text of some length that makes a large body' }) }),
      ),
    ],
    [
      'has a name that another line has elsewhere',
      Buffer.from(
        '{"lines":[{"line":"a","b":1,"c":2},{"line":"a","c":2},{"line":"a","c":2,"b":1,"c":3},{"line":"a","c":1,"c":2}]}',
      ),
    ],
  ])('when it %s, then the same is kept', (_what, bytes) => {
    expect(asRead(bytes, PLAIN)).toEqual(asObjects(bytes, PLAIN));
  });
});
