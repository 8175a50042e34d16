import type { RequestHandler, Router } from 'express';
import type { AbsentKind, AbsentThings } from '../../accounts/absent-things.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readQuery } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { EMPTY_LIST_PARAMETERS, EMPTY_LISTS, type EmptyList, NOT_SERVED } from './empty-list-operations.ts';
import { type ListAddress, readPagePlace, writtenPage } from './page-links.ts';

/** What the routes of empty lists stand on. */
export interface EmptyListRouteParts {
  readonly absentThings: AbsentThings;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
  /** Without a last slash; the links of lists begin with it. */
  readonly publicUrl: string;
}

/** `/v1/profiles` and its relatives: lists that clients ask for first, and nothing else. */
export function emptyListRoutes(router: Router, parts: EmptyListRouteParts): void {
  for (const list of EMPTY_LISTS) {
    methods(router, list.path, { GET: emptyList(parts, list), POST: notServed(parts, list.kind) });
    // Whatever is below: there is no profile of which it could be a part.
    router.use(list.path, notServed(parts, list.kind));
  }
}

function emptyList(parts: EmptyListRouteParts, { path, plural, kind }: EmptyList): RequestHandler {
  const { absentThings, callerOf, cursors, publicUrl } = parts;
  return async (request, response) => {
    const caller = await callerOf(request);
    const query = readQuery(request, EMPTY_LIST_PARAMETERS);
    const accountId = query.account_id ?? caller.accountId;
    const parameters = Object.keys(EMPTY_LIST_PARAMETERS.shape);
    const address: ListAddress = { publicUrl, cursors, request, path, parameters, context: [accountId, query.order] };
    const place = readPagePlace(address, { ...query, pagesize: query.limit ?? query.pagesize });
    const rows = await absentThings.list(caller, accountId, kind);
    const { envelope } = writtenPage(address, place, { rows, first: undefined, next: undefined });
    response.json({ ...envelope, [plural]: rows });
  };
}

function notServed({ callerOf }: EmptyListRouteParts, kind: AbsentKind): RequestHandler {
  return async (request) => {
    await callerOf(request);
    throw new RouteUnknown(NOT_SERVED[kind]);
  };
}
