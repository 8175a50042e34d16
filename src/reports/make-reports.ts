import { type Change, insert, remove, replace } from '../store/changes.ts';
import { firstEntityTag, nextEntityTag } from '../store/entity-tag.ts';
import type { Lease, Store } from '../store/store.ts';
import { REPORT_PIECES, REPORT_SECTIONS, REPORTS, type Report, type ReportPiece } from './report.ts';
import { pieceId } from './reports.ts';
import { sectionPage } from './section-pages.ts';

/** Of one run: a few thousand rows looked at. */
const PIECES_PER_RUN = 20;
/** Newer reports that an account keeps of a kind; the older ones go before their day is over. */
const KEPT_REPORTS = 5;
const REMOVED_PIECES = 100;

/**
 * Background work: goes on with the reports that were asked for, the oldest first. Each piece commits with the place after
 * it, under the lease: who takes over after a crash goes on there, and nothing stands twice.
 */
export async function makeReports(store: Store, under: Lease): Promise<void> {
  for (let pieces = 0; pieces < PIECES_PER_RUN; pieces += 1) {
    const [report] = (await store.read(REPORTS).page('byState', { equals: ['pending'], limit: 1 })).rows;
    if (report === undefined) return;
    await makePiece(store, report, under);
  }
}

async function makePiece(store: Store, report: Report, under: Lease): Promise<void> {
  const { rows, next } = await sectionPage(store, report);
  const piece = rows.length === 0 ? undefined : newPiece(report, rows);
  const { after: _made, ...common } = report;
  const sections = REPORT_SECTIONS[report.kind];
  const section = next === undefined ? sections[sections.indexOf(report.section) + 1] : report.section;
  const changed: Report = {
    ...common,
    entityTag: nextEntityTag(report.entityTag),
    pieces: report.pieces + (piece === undefined ? 0 : 1),
    section: section ?? report.section,
    ...(next !== undefined && { after: next }),
    ...(section === undefined && { state: 'ready' }),
  };
  const changes: Change[] = [replace(REPORTS, changed, report.entityTag)];
  if (piece !== undefined) changes.push(insert(REPORT_PIECES, piece));
  await store.commit(changes, { under });
  if (changed.state === 'ready') await removeOlder(store, changed, under);
}

function newPiece({ id, pieces, section, expiresAt }: Report, rows: ReportPiece['rows']): ReportPiece {
  return {
    ...{ id: pieceId(id, pieces), entityTag: firstEntityTag(), reportId: id, position: pieces },
    ...{ section, rows, expiresAt },
  };
}

/** An account that asks for one report after the other must not fill the store. */
async function removeOlder(store: Store, { accountId, kind }: Report, under: Lease): Promise<void> {
  const request = { equals: [accountId, kind, 'ready'], limit: 100, descending: true };
  const { rows } = await store.read(REPORTS).page('ofAccount', request);
  for (const report of rows.slice(KEPT_REPORTS)) {
    for (;;) {
      const found = { equals: [report.id], limit: REMOVED_PIECES };
      const pieces = (await store.read(REPORT_PIECES).page('byReport', found)).rows;
      if (pieces.length === 0) break;
      await store.commit(
        pieces.map((piece) => remove(REPORT_PIECES, piece)),
        { under },
      );
    }
    await store.commit([remove(REPORTS, report)], { under });
  }
}
