import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { Report, ReportPiece } from '../../reports/report.ts';
import { REPORT_LISTS, reportHead, reportRow } from './report-representations.ts';

/** Writes a report piece by piece: the report of a large account is never in memory as a whole. */
export async function writeReport(
  response: Response,
  report: Report,
  pieces: AsyncIterable<ReportPiece>,
): Promise<void> {
  response.status(200).set('Content-Type', 'application/json; charset=utf-8');
  await pipeline(Readable.from(textOf(report, pieces)), response);
}

/** Pieces come in the order of the lists. */
async function* textOf(report: Report, pieces: AsyncIterable<ReportPiece>): AsyncGenerator<string> {
  const iterator = pieces[Symbol.asyncIterator]();
  let piece = await iterator.next();
  yield JSON.stringify(reportHead(report)).slice(0, -1);
  for (const [name, section] of REPORT_LISTS[report.kind]) {
    yield `,"${name}":[`;
    let comma = '';
    while (piece.done !== true && piece.value.section === section) {
      const rows = piece.value.rows.map((row) => JSON.stringify(reportRow(piece.value.section, row)));
      yield comma + rows.join(',');
      comma = ',';
      piece = await iterator.next();
    }
    yield ']';
  }
  yield '}';
}
