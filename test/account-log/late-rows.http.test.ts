import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import { accountLogIn } from '../../src/account-log/account-log.ts';
import type { LogEntry, LogEntryKind } from '../../src/account-log/log-entry.ts';
import {
  beginningAt,
  type LogPlace,
  MOST_GIVEN,
  placeAsCursor,
  placeFromCursor,
  SETTLED_MILLISECONDS,
} from '../../src/account-log/log-place.ts';
import { ACCOUNT_EVENTS, type AccountEvent } from '../../src/audit/account-event.ts';
import { AUDIT_EVENTS, type AuditEvent } from '../../src/audit/audit-event.ts';
import { EXCHANGE_FAILURES } from '../../src/audit/exchange-failure.ts';
import { sealedCursors } from '../../src/http/sealed-cursors.ts';
import { insert } from '../../src/store/changes.ts';
import { firstEntityTag } from '../../src/store/entity-tag.ts';
import { givenOtherAccount, type OtherAccount } from '../harness/given-other-account.ts';
import { describeOnEveryBackend } from '../harness/running-service.ts';

/** A row that two writers with clocks of their own have stamped, and that is seen only later. */
interface LateRow {
  readonly id: string;
  readonly kind: LogEntryKind;
  readonly stampedAt: number;
  readonly visibleAt: number;
}

const ALL_KINDS = new Set<LogEntryKind>(['change', 'refusal', 'event']);
const DAY = 86_400_000;

/** The same numbers from the same seed, so that what failed can be seen again. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describeOnEveryBackend('the log of an account, read while rows become visible late', (service) => {
  let account: OtherAccount;
  /** So far ahead that nothing of the service itself is in the range. */
  let beginning: number;
  beforeAll(async () => {
    account = await givenOtherAccount(service());
  });

  const reader = () => {
    beginning = (beginning ?? service().clock.now() + DAY) + DAY;
    const clock = { at: beginning, now: () => clock.at };
    const { store, domains } = service();
    const log = accountLogIn({
      ...{
        store,
        access: domains.access,
        clock,
        stopping: new AbortController().signal,
        waitMilliseconds: 0,
        scannedEntries: 1_000,
      },
    });
    const caller = {
      ...{ iamId: account.ownerIamId, accountId: account.accountId, apiKeyId: '' },
      ...{ address: '127.0.0.1', requestId: 'r', transactionId: 't' },
    };
    const read = (place: LogPlace, limit: number, linesOf: (entry: LogEntry) => readonly string[]) =>
      log.read(caller, { place, limit, kinds: ALL_KINDS, linesOf });
    return { clock, read };
  };

  const write = async (rows: readonly LateRow[]): Promise<void> => {
    const { store } = service();
    const { accountId } = account;
    const audit = ({ id, stampedAt }: LateRow): AuditEvent => ({
      ...{ id, entityTag: firstEntityTag(), accountId, at: stampedAt, action: 'iam-identity.apikey.update' },
      ...{ outcome: 'success', actor: {}, target: '', targetId: '', address: '', requestId: '', transactionId: '' },
    });
    const of = (kind: LogEntryKind) => rows.filter((row) => row.kind === kind);
    await store.commit(of('change').map((row) => insert(AUDIT_EVENTS, audit(row))));
    await store.append(
      EXCHANGE_FAILURES,
      of('refusal').map((row) => ({ ...audit(row), recordedAt: row.stampedAt, expiresAt: row.stampedAt + 90 * DAY })),
    );
    await store.append(ACCOUNT_EVENTS, of('event').map(eventOf));
  };
  const eventOf = ({ id, stampedAt }: LateRow): AccountEvent => ({
    ...{ id, entityTag: firstEntityTag(), accountId: account.accountId, kind: 'exchange', at: stampedAt },
    ...{ recordedAt: stampedAt, apiKeyId: '', iamId: '', address: '', requestId: '', transactionId: '', grant: '' },
    expiresAt: stampedAt + 30 * DAY,
  });
  /** What an entry becomes: of some two lines, which need not come on one page. */
  const linesOf = ({ id }: LogEntry): readonly string[] => (/^[0-7]/.test(id) ? [id, `${id} again`] : [id]);

  it.each([1, 2, 3])(
    'given two writers whose clocks differ and whose rows are seen in any order, when it is followed page by page, then each line comes once (seed %d)',
    async (seed) => {
      const { clock, read } = reader();
      const number = numbersFrom(seed);
      const start = clock.at;
      const rows: LateRow[] = Array.from({ length: 250 }, () => {
        const writtenAt = start + number(240_000);
        const skew = number(2) === 0 ? 0 : -number(60_000);
        const kind = (['change', 'refusal', 'event'] as const)[number(3)] ?? 'event';
        const late = number(4) === 0 ? number(29_000) : number(900);
        return { id: randomUUID(), kind, stampedAt: writtenAt + skew, visibleAt: writtenAt + late };
      });
      const given: string[] = [];
      let place = beginningAt(start - 60_000, undefined);
      let longest = 0;

      const endsAt = start + 240_000 + SETTLED_MILLISECONDS + 30_000;
      for (let unseen = rows; clock.at < endsAt; clock.at += 1_000 + number(20_000)) {
        await write(unseen.filter(({ visibleAt }) => visibleAt <= clock.at));
        unseen = unseen.filter(({ visibleAt }) => visibleAt > clock.at);
        for (let pages = 1 + number(4); pages > 0; pages -= 1) {
          const page = await read(place, 1 + number(40), linesOf);
          given.push(...page.lines);
          const cursor = placeAsCursor(page.place);
          longest = Math.max(longest, JSON.stringify(cursor).length);
          place = placeFromCursor(cursor);
        }
      }
      for (let page = await read(place, 500, linesOf); ; page = await read(page.place, 500, linesOf)) {
        given.push(...page.lines);
        if (page.ended) break;
      }

      const all = rows.flatMap(({ id }) => linesOf({ id } as LogEntry));
      expect(given.toSorted()).toEqual(all.toSorted());
      expect(longest).toBeLessThan(3_000);
    },
  );

  it('given more unsettled rows than a place remembers, when they are read, then the cookie stays small, and the rest comes once they have settled', async () => {
    const { clock, read } = reader();
    const rows: LateRow[] = Array.from({ length: MOST_GIVEN + 90 }, (_, row) => ({
      ...{ id: randomUUID(), kind: 'event', stampedAt: clock.at + row, visibleAt: 0 },
    }));
    await write(rows);
    clock.at += 1_000;
    const one = (entry: LogEntry) => [entry.id];

    const first = await read(beginningAt(clock.at - 60_000, clock.at + 1_000), 1_000, one);
    const blocked = await read(first.place, 1_000, one);
    clock.at += SETTLED_MILLISECONDS + 1;
    const rest = await read(blocked.place, 1_000, one);

    const sealed = sealedCursors(Buffer.alloc(32)).seal(placeAsCursor(first.place), 'of this list');
    expect(sealed.length).toBeLessThanOrEqual(3 * 1_024);
    expect([first.lines.length, first.ended]).toEqual([MOST_GIVEN, false]);
    expect([blocked.lines, blocked.ended]).toEqual([[], false]);
    expect([...first.lines, ...rest.lines]).toEqual(rows.map(({ id }) => id));
    expect([rest.ended, placeAsCursor(rest.place).at(-1)]).toEqual([true, '']);
  });

  it('given more rows than one call looks at, when none is wanted, then the pages are empty and the last says so', async () => {
    const { clock, read } = reader();
    const rows = Array.from({ length: 1_100 }, (_, row) => ({
      ...{ id: randomUUID(), kind: 'event' as const, stampedAt: clock.at + row, visibleAt: 0 },
    }));
    await service().store.append(ACCOUNT_EVENTS, rows.map(eventOf));
    clock.at += SETTLED_MILLISECONDS + 20_000;

    const first = await read(beginningAt(beginning, clock.at), 1_000, () => []);
    const second = await read(first.place, 1_000, () => []);

    expect([first.lines, first.ended, second.lines, second.ended]).toEqual([[], false, [], true]);
  });

  it('given a role that gives no right to the log, when somebody with it asks, then nothing is read', async () => {
    const { store, domains, clock } = service();
    const log = accountLogIn({ store, access: domains.access, clock, stopping: new AbortController().signal });
    const stranger = {
      ...{ iamId: 'iam-ServiceId-nobody', accountId: account.accountId, apiKeyId: '' },
      ...{ address: '', requestId: '', transactionId: '' },
    };
    const asked = { place: beginningAt(0, undefined), limit: 1, kinds: ALL_KINDS, linesOf };

    await expect(log.read(stranger, asked)).rejects.toMatchObject({ code: 'access_denied' });
  });
});
