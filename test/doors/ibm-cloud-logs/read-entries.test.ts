import { describe, expect, it } from '@jest/globals';
import { readBulk, readFrame, readSingles } from '../../../src/doors/ibm-cloud-logs/read-entries.ts';
import { problemOf } from '../../http/wire.ts';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const NAMED = { applicationName: 'shop', subsystemName: 'cart' };
const ENTRY = { ...NAMED, text: 'hello' };
const nested = (levels: number): object => Array.from({ length: levels }).reduce<object>((inner) => ({ inner }), {});

describe('singles, given an array of entries', () => {
  it('when one says everything, then all of it is kept', () => {
    const { entries, dropped } = readSingles(
      bytes([
        {
          ...{ ...ENTRY, severity: 5, timestamp: 1_700_000_000_000.5, hiResTimestamp: '1700000000000500000' },
          ...{ computerName: 'h', category: 'c', className: 'k', methodName: 'm', threadId: '7', unknown: true },
        },
      ]),
    );

    const labels = { category: 'c', class_name: 'k', method_name: 'm', thread_id: '7' };
    expect(dropped).toEqual([]);
    expect(entries).toEqual([
      {
        ...{ timestamp: 1_700_000_000_000, text: 'hello', app: 'shop', subsystem: 'cart', host: 'h', level: 'Error' },
        labels: { ...labels, hi_res_timestamp: '1700000000000500000' },
      },
    ]);
  });

  it('when one says only what it must, then it is at level 1 and has the time at which it is taken in', () => {
    const { entries } = readSingles(bytes([{ ...ENTRY, severity: null, timestamp: null }]));

    expect(entries).toMatchObject([{ level: 'Debug', timestamp: undefined }]);
  });

  it('when only the finer time is there, then it is the time', () => {
    const { entries } = readSingles(bytes([{ ...ENTRY, hiResTimestamp: '1700000000123456789' }]));

    expect(entries).toMatchObject([{ timestamp: 1_700_000_000_123 }]);
  });

  it('when the text is an object, then it is kept as it was sent', () => {
    const { entries } = readSingles(bytes([{ ...ENTRY, text: { event: 'paid', amount: 3 } }]));

    expect(entries).toMatchObject([{ text: { event: 'paid', amount: 3 } }]);
  });

  it.each([
    ['no object', 7, /not an object/],
    ['no application', { subsystemName: 'cart', text: 'x' }, /applicationName is missing/],
    ['an empty subsystem', { applicationName: 'shop', subsystemName: '', text: 'x' }, /subsystemName is missing/],
    ['a number for a name', { ...ENTRY, applicationName: 3 }, /applicationName is not a string/],
    ['a long name', { ...ENTRY, computerName: 'h'.repeat(1025) }, /computerName has more/],
    ['a name over two lines', { ...ENTRY, category: 'a\nb' }, /category has a control character/],
    ['no text', NAMED, /text is missing/],
    ['a list as text', { ...ENTRY, text: ['x'] }, /text is neither/],
    ['a text of many levels', { ...ENTRY, text: nested(40) }, /text nests deeper/],
    ['severity 0', { ...ENTRY, severity: 0 }, /severity/],
    ['severity 7', { ...ENTRY, severity: 7 }, /severity/],
    ['a severity in words', { ...ENTRY, severity: 'error' }, /severity/],
    ['a severity between two', { ...ENTRY, severity: 2.5 }, /severity/],
    ['a time in words', { ...ENTRY, timestamp: '2026-01-01' }, /timestamp/],
    ['a negative time', { ...ENTRY, timestamp: -1 }, /timestamp/],
    ['a time past all dates', { ...ENTRY, timestamp: 1e300 }, /timestamp/],
    ['a fine time in words', { ...ENTRY, hiResTimestamp: 'now' }, /hiResTimestamp/],
  ])('when one has %s, then it alone is dropped, and it is said why', (_what, wrong, reason) => {
    const { entries, dropped } = readSingles(bytes([ENTRY, wrong, ENTRY]));

    expect(entries).toHaveLength(2);
    expect(dropped).toEqual([{ index: 1, reason: expect.stringMatching(reason) }]);
  });

  it.each([
    ['no JSON', Buffer.from('[{'), 'request_malformed'],
    ['nothing', Buffer.alloc(0), 'request_malformed'],
    ['an object', bytes({ entries: [] }), 'request_malformed'],
    ['too many entries', bytes(Array.from({ length: 50_001 }, () => 0)), 'body_too_large'],
  ])('when the body is %s, then it is refused as a whole', async (_what, body, code) => {
    expect((await problemOf(() => readSingles(body))).code).toBe(code);
  });
});

describe('bulk, given one object', () => {
  it('when it names its application, then that is the one of every entry', () => {
    const body = {
      ...NAMED,
      computerName: 'h',
      logEntries: [
        { severity: 3, text: 'a' },
        { severity: 9, text: 'b' },
      ],
    };

    const { entries, dropped } = readBulk(bytes(body));

    expect(entries).toMatchObject([{ app: 'shop', subsystem: 'cart', host: 'h', level: 'Info', text: 'a' }]);
    expect(dropped).toMatchObject([{ index: 1 }]);
  });

  it.each([
    ['no application', { subsystemName: 'cart', logEntries: [] }, 'parameter_missing'],
    ['no entries', NAMED, 'parameter_missing'],
    ['an array', [ENTRY], 'request_malformed'],
  ])('when it has %s, then it is refused as a whole', async (_what, body, code) => {
    expect((await problemOf(() => readBulk(bytes(body)))).code).toBe(code);
  });
});

describe('a frame', () => {
  it('when it is an array, or an object with an id, then it is read as either', () => {
    expect(readFrame(bytes([ENTRY]))).toEqual({ id: undefined, entries: [ENTRY] });
    expect(readFrame(bytes({ id: 7, entries: [ENTRY] }))).toEqual({ id: 7, entries: [ENTRY] });
  });

  it.each([{ id: 'x', entries: [] }, { id: 1.5, entries: [] }, { id: 1 }, 'x', 7, null])(
    'when it is %j, then it cannot be read',
    async (frame) => {
      expect((await problemOf(() => readFrame(bytes(frame)))).code).toBe('request_malformed');
    },
  );
});
