import type { Request, Response, Router } from 'express';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readQuery } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import { placeAsCursor, placeFromCursor } from '../../ingestion/lines-place.ts';
import type { LogLines, ReadLines } from '../../ingestion/read-lines.ts';
import { LOG_LINES_PARAMETERS, LOG_LINES_PATH } from './log-line-operations.ts';

/** What the route of log lines stands on. */
export interface LogLineRouteParts {
  readonly logLines: LogLines;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
}

/** `GET /latchkey/v1/instances/{guid}/lines`. */
export function logLineRoutes(router: Router, { logLines, callerOf, cursors }: LogLineRouteParts): void {
  methods(router, LOG_LINES_PATH, {
    async GET(request, response) {
      const caller = await callerOf(request);
      const { from, to, cursor, follow, limit } = readQuery(request, LOG_LINES_PARAMETERS);
      const { guid } = request.params;
      const context = [LOG_LINES_PATH, caller.accountId, guid, from, to].join(' ');
      const place = cursor === undefined ? undefined : placeFromCursor(cursors.open(cursor, context));
      const wanted = { from, to, limit, place };
      const read =
        follow === 'true'
          ? await logLines.follow(caller, guid, wanted, {
              prove: () => callerOf(request),
              signal: gone(request, response),
            })
          : await logLines.read(caller, guid, wanted);
      // Each line is JSON already: reading and writing it again would be most of the work.
      response.type('json').send(body(read, cursors.seal(placeAsCursor(read.place), context)));
    },
  });
}

const body = ({ lines }: ReadLines, cursor: string): string =>
  `{"lines":[${lines.join(',')}],"cursor":${JSON.stringify(cursor)}}`;

/** @returns what tells that nobody waits for the answer any more */
function gone(request: Request, response: Response): AbortSignal {
  const ending = new AbortController();
  response.once('close', () => ending.abort());
  if (request.destroyed && !request.complete) ending.abort();
  return ending.signal;
}
