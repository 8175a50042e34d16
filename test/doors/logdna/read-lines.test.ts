import { describe, expect, it } from '@jest/globals';
import { LINE } from '../../../src/doors/logdna/ingest-schemas.ts';
import type { LogSender } from '../../../src/doors/logdna/log-sender.ts';
import { readLines } from '../../../src/doors/logdna/read-lines.ts';
import { BodyTooLarge, RequestMalformed } from '../../../src/problems/request-problems.ts';

const SENDER: LogSender = { host: 'web-1', labels: { tags: ['shop'] }, characters: 30 };
const FROM_SENDER = { host: 'web-1', labels: { tags: ['shop'] } };
const read = (body: unknown, sender = SENDER) => readLines(Buffer.from(JSON.stringify(body)), sender);
const readOne = (line: unknown) => read({ lines: [line] });

describe('the lines of a body', () => {
  it('when an agent sends {"lines"}, then each is read with all it says', () => {
    const line = {
      line: 'text',
      timestamp: 1_700_000_000_123,
      app: 'shop',
      level: 'INFO',
      env: 'prod',
      file: '/a.log',
    };

    const { entries, statuses } = readOne({
      ...line,
      meta: { order: 7 },
      logSourceCRN: 'crn:v1',
      appOverride: true,
    });

    const labels = { tags: ['shop'], env: 'prod', file: '/a.log', logSourceCRN: 'crn:v1', appOverride: true };
    expect(statuses).toBeUndefined();
    expect(entries).toEqual([
      {
        timestamp: 1_700_000_000_123,
        text: 'text',
        app: 'shop',
        level: 'INFO',
        host: 'web-1',
        labels,
        meta: { order: 7 },
      },
    ]);
  });

  it('when a logger sends {"e":"ls","ls"}, then it means the same', () => {
    expect(read({ e: 'ls', ls: [{ line: 'text' }] })).toEqual(readOne({ line: 'text' }));
  });

  it('when a logger sends the structure of agents, then its time is read and the rest kept', () => {
    const labels = { f: '/var/log/a.log', pid: 7, label: { app: 'shop' } };

    const { entries } = readOne({ t: 1_700_000_000_123, line: 'text', ...labels, prival: null, containerid: '' });

    expect(entries).toEqual([
      { timestamp: 1_700_000_000_123, text: 'text', host: 'web-1', labels: { tags: ['shop'], ...labels } },
    ]);
  });

  it('when a line names its own host, then that is its host', () => {
    expect(readOne({ line: 'text', hostname: 'db-1' }).entries).toMatchObject([{ host: 'db-1' }]);
  });

  it.each([
    ['milliseconds', 1_700_000_000_123, 1_700_000_000_123],
    ['seconds', 1_700_000_000, 1_700_000_000_000],
    ['seconds with a fraction', 1_700_000_000.5, 1_700_000_000_500],
    ['digits', '1700000000123', 1_700_000_000_123],
    ['RFC 3339', '2023-11-14T22:13:20.123456Z', 1_700_000_000_123],
    ['RFC 3339 with an offset', '2023-11-15T00:13:20+02:00', 1_700_000_000_000],
    ['a date without a zone', '2023-11-14 22:13:20', 1_700_000_000_000],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['an empty text', '', undefined],
  ])('when the time is %s, then it is read', (_form, timestamp, expected) => {
    expect(readOne({ line: 'text', timestamp }).entries[0]?.timestamp).toBe(expected);
  });

  it.each([
    ['no text', { app: 'shop' }],
    ['a text that is none', { line: { a: 1 } }],
    ['a time that is none', { line: 'text', timestamp: 'yesterday' }],
    ['a time before all times', { line: 'text', timestamp: -1 }],
    ['a time after all times', { line: 'text', timestamp: 1e300 }],
    ['a month 13', { line: 'text', timestamp: '2023-13-14T22:13:20Z' }],
    ['a time that is an object', { line: 'text', timestamp: {} }],
    ['a long app', { line: 'text', app: 'a'.repeat(513) }],
    ['a long host', { line: 'text', hostname: 'a'.repeat(257) }],
    ['a long level', { line: 'text', level: 'a'.repeat(81) }],
    ['an app with a line end', { line: 'text', app: 'a\nb' }],
    ['large labels', { line: 'text', env: 'b'.repeat(33_000) }],
    ['large meta', { line: 'text', meta: { a: 'b'.repeat(33_000) } }],
    ['large meta as text', { line: 'text', meta: 'b'.repeat(33_000) }],
    ['meta that is a list', { line: 'text', meta: [1] }],
    ['no object', 'text'],
    ['null', null],
    ['a list', []],
  ])('when a line has %s, then it is marked, and the others are taken', (_fault, line) => {
    const { entries, statuses } = read({ lines: [{ line: 'before' }, line, { line: 'behind' }] });

    expect(statuses).toEqual([200, 400, 200]);
    expect(entries).toMatchObject([{ text: 'before' }, { text: 'behind' }]);
  });

  /** The schema is in the OpenAPI document, and the reader is written by hand: they must not come apart. */
  it.each([
    { line: 'text' },
    { line: 'text', timestamp: 1, app: 'a'.repeat(512), hostname: 'h', level: 'INFO', meta: { a: 1 }, env: 'x' },
    { line: 'text', timestamp: null, app: null, level: 30, meta: '{}' },
    { line: 7 },
    { app: 'shop' },
    { line: 'text', app: 'a'.repeat(513) },
    { line: 'text', hostname: 'h'.repeat(257) },
    { line: 'text', level: 'l'.repeat(81) },
    { line: 'text', level: 'a\nb' },
    { line: 'text', timestamp: -1 },
    { line: 'text', meta: 7 },
  ])('when a line is as the schema describes it, then it is taken, and else not: %j', (line) => {
    expect(readOne(line).entries.length === 1).toBe(LINE.safeParse(line).success);
  });

  it('when names are as long as they may be, then the line is taken', () => {
    const names = { app: 'a'.repeat(512), hostname: 'h'.repeat(256), level: 'l'.repeat(80) };

    expect(readOne({ line: 'text', ...names }).statuses).toBeUndefined();
  });

  it('when a level is a number, then it is kept as text', () => {
    expect(readOne({ line: 'text', level: 30 }).entries).toMatchObject([{ level: '30' }]);
  });

  it.each(['{}', '', null, undefined])('when meta is %j, then it says nothing', (meta) => {
    expect(readOne({ line: 'text', meta }).entries).toEqual([{ ...FROM_SENDER, text: 'text' }]);
  });

  it('when meta is JSON as text, as Node loggers send it, then it is kept as it is', () => {
    expect(readOne({ line: 'text', meta: '{"a":1}' }).entries).toMatchObject([{ meta: '{"a":1}' }]);
  });

  it.each([
    ['of ASCII', 'a'.repeat(20_000), 'a'.repeat(16_384)],
    ['of wide characters', '€'.repeat(6_000), '€'.repeat(5_461)],
    ['that ends with a wide one', `a${'😀'.repeat(5_000)}`, `a${'😀'.repeat(4_095)}`],
  ])('when a line %s is longer than 16 KB, then it is cut at a character', (_kind, line, kept) => {
    expect(readOne({ line }).entries[0]?.text).toBe(kept);
  });

  /** Stack exhaustion: depth must cost the sender the line, and us nothing. */
  it('when meta nests a hundred thousand deep, then the line is marked', () => {
    const depth = 100_000;
    const meta = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

    const { statuses } = readLines(Buffer.from(`{"lines":[{"line":"x","meta":${meta}},{"line":"y"}]}`), SENDER);

    expect(statuses).toEqual([400, 200]);
  });

  /** Prototype pollution. */
  it('when meta names a prototype, then nothing but that line has it', () => {
    const { entries } = readLines(
      Buffer.from('{"lines":[{"line":"x","__proto__":{"polluted":1},"meta":{"__proto__":{"polluted":1}}}]}'),
      SENDER,
    );

    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(entries).toHaveLength(1);
    expect(Reflect.get(entries[0]?.labels ?? {}, 'polluted')).toBeUndefined();
  });

  it('when bytes are not UTF-8, then they are replaced, and the other lines are taken', () => {
    const body = Buffer.concat([
      Buffer.from('{"lines":[{"line":"a'),
      Buffer.from([0xff]),
      Buffer.from('"},{"line":"b"}]}'),
    ]);

    expect(readLines(body, SENDER).entries).toMatchObject([{ text: 'a\ufffd' }, { text: 'b' }]);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"lines":['],
    ['a list', '[]'],
    ['null', 'null'],
    ['no lines', '{}'],
    ['lines that are no list', '{"lines":{}}'],
    ['lines of another event', '{"e":"x","ls":[]}'],
    ['depth alone', '['.repeat(100_000)],
  ])('when the body is %s, then all of it is refused', (_kind, body) => {
    expect(() => readLines(Buffer.from(body), SENDER)).toThrow(RequestMalformed);
  });

  /** Amplification: the shortest line costs more where it is kept than in the body. */
  it('when there are more lines than a body may have, then all of it is refused', () => {
    const body = Buffer.from(`{"lines":[${Array(100_001).fill('1').join()}]}`);

    expect(() => readLines(body, SENDER)).toThrow(BodyTooLarge);
  });

  /** Amplification: the query string stands in each line again. */
  it('when many lines come with a long query, then all of it is refused', () => {
    const lines = Array(10_000).fill({ line: '' });

    expect(() => read({ lines }, { ...SENDER, characters: 4_000 })).toThrow(BodyTooLarge);
  });
});
