import { randomUUID } from 'node:crypto';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { audited } from '../audit/audit-event.ts';
import type { Clock } from '../clock/clock.ts';
import { accountCrn } from '../crn/crn.ts';
import { NotFound } from '../problems/entity-problems.ts';
import { insert } from '../store/changes.ts';
import { firstEntityTag } from '../store/entity-tag.ts';
import type { Store } from '../store/store.ts';
import {
  REPORT_KEPT_MILLISECONDS,
  REPORT_PIECES,
  REPORT_SECTIONS,
  REPORTS,
  type Report,
  type ReportKind,
  type ReportPiece,
} from './report.ts';

/** Asks for reports and reads them. Every function: @throws AccessDenied */
export interface Reports {
  /**
   * Asks for a report, which is made in the background. While one of the same kind is being made for the account, it is that
   * one: who asks again and again does not make more work.
   */
  create(caller: Caller, asked: AskedReport): Promise<Report>;
  /** @param reference its id, or `latest` for the newest that is ready @throws NotFound */
  get(caller: Caller, asked: Pick<Report, 'accountId' | 'kind'>, reference: string): Promise<Report>;
  /** @returns the pieces of a report that is ready, in their order, read one after the other */
  pieces(report: Report): AsyncIterable<ReportPiece>;
}

/** Which report is wanted. */
export type AskedReport = Pick<Report, 'accountId' | 'kind' | 'durationHours'>;

/** What the reports stand on. */
export interface ReportsParts {
  readonly store: Store;
  readonly access: Access;
  readonly clock: Clock;
}

/** By what name the newest report that is ready is asked for. */
const LATEST = 'latest';

/** @returns the reports of `store` */
export function reportsIn({ store, access, clock }: ReportsParts): Reports {
  const reader = store.read(REPORTS);

  const newest = async (accountId: string, kind: ReportKind, state: Report['state']): Promise<Report | undefined> => {
    const request = { equals: [accountId, kind, state], limit: 1, descending: true };
    return (await reader.page('ofAccount', request)).rows[0];
  };

  const requireRight = (caller: Caller, verb: 'create' | 'get', accountId: string): Promise<void> =>
    access.require(caller, `iam-identity.report.${verb}`, { accountId, service: 'iam-identity' });

  return {
    async create(caller, { accountId, kind, durationHours }) {
      await requireRight(caller, 'create', accountId);
      const underWay = await newest(accountId, kind, 'pending');
      if (underWay !== undefined) return underWay;
      const now = clock.now();
      const report: Report = {
        ...{ id: randomUUID(), entityTag: firstEntityTag(), accountId, kind, durationHours },
        ...{ state: 'pending', createdBy: caller.iamId, createdAt: now, expiresAt: now + REPORT_KEPT_MILLISECONDS },
        ...{ section: REPORT_SECTIONS[kind][0], pieces: 0 },
      };
      const record = audited(caller, {
        at: now,
        action: 'iam-identity.report.create',
        accountId,
        target: accountCrn('iam-identity', accountId, 'report', report.id),
        targetId: report.id,
        after: { kind, durationHours },
      });
      await store.commit([insert(REPORTS, report), record]);
      return report;
    },

    async get(caller, { accountId, kind }, reference) {
      await requireRight(caller, 'get', accountId);
      const report = reference === LATEST ? await newest(accountId, kind, 'ready') : await reader.get(reference);
      // One answer for "missing", "expired", "of another kind" and "another account's".
      const isIt = report?.accountId === accountId && report.kind === kind && report.expiresAt > clock.now();
      if (!isIt) throw new NotFound('The report could not be found.');
      return report;
    },

    async *pieces({ id, pieces }) {
      for (let position = 0; position < pieces; position += 1) {
        const piece = await store.read(REPORT_PIECES).get(pieceId(id, position));
        if (piece !== undefined) yield piece;
      }
    },
  };
}

/** @returns the id of the piece of a report at this position */
export const pieceId = (reportId: string, position: number): string => `${reportId}:${position}`;
