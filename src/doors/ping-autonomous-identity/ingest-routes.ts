import type { RequestHandler, Router } from 'express';
import type { z } from 'zod';
import type { DataSource } from '../../data-sources/data-source.ts';
import { MOST_DATA_SOURCES } from '../../data-sources/data-source.ts';
import type { DataSources } from '../../data-sources/data-sources.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { NotImplemented } from '../../problems/request-problems.ts';
import { INGEST_PATHS, MAPPING_FILTER, PROGRAM_PREFIXES, SOURCE_FILTER } from './ingest-operations.ts';
import { sourceRepresentation } from './jas-hit.ts';
import { JAS_PREFIX } from './jas-operations.ts';
import { type TenantProgramOf, type TokenReaderParts, tokenReader } from './token-reader.ts';
import { writeCompressed } from './write-compressed.ts';

/** What the routes of ingestion stand on. */
export interface IngestRouteParts extends TokenReaderParts {
  readonly dataSources: Pick<DataSources, 'search'>;
}

const LIMIT_BYTES = 32 * 1024;

/** `/api/ingest/*` (Autonomous Identity API guide, "Ingest"). */
export function ingestRoutes(router: Router, parts: IngestRouteParts): void {
  const programOf = tokenReader(parts, 'tenant optional');

  const listSources: RequestHandler = async (request, response) => {
    const { caller, tenantId } = await programOf(request);
    const filter = await readJson(request, SOURCE_FILTER, { limitBytes: LIMIT_BYTES });
    const { rows } = await parts.dataSources.search(caller, {
      ...{ matches: fitsTo(filter), order: 'id', descending: false, skip: 0, limit: 2 * MOST_DATA_SOURCES },
    });
    await writeCompressed(
      request,
      response,
      rows.map((source) => sourceRepresentation(source, tenantId)),
    );
  };
  // Which record becomes which is known to nobody here, and asked for first by clients that then ingest.
  const listMappings: RequestHandler = async (request, response) => {
    await programOf(request);
    await readJson(request, MAPPING_FILTER, { limitBytes: LIMIT_BYTES });
    response.json([]);
  };
  methods(router, INGEST_PATHS.dataSources, { GET: listSources, POST: listSources });
  methods(router, INGEST_PATHS.mappings, { GET: listMappings, POST: listMappings });
}

/**
 * Everything that the other system has below these paths, and this one has not. Whoever may not ask hears only that: what is served
 * is told to programs of the tenant.
 */
export function unservedRoutes(router: Router, parts: TokenReaderParts): void {
  router.use(JAS_PREFIX, refuseAll(tokenReader(parts, 'tenant required')));
  router.use([...PROGRAM_PREFIXES], refuseAll(tokenReader(parts, 'tenant optional')));
}

function refuseAll(programOf: TenantProgramOf): RequestHandler {
  return async (request) => {
    await programOf(request);
    throw new NotImplemented('This call is not served here.', {
      details: 'Data sources can be searched; no identities, entitlements, assignments, roles or jobs are kept.',
    });
  };
}

function fitsTo(filter: z.output<typeof SOURCE_FILTER>): (source: DataSource) => boolean {
  const { datasourceId, name, isActive, connectionTypes, entityTypes } = filter;
  return (source) =>
    (datasourceId === undefined || source.id === datasourceId) &&
    (name === undefined || source.name === name) &&
    (isActive === undefined || source.active === isActive) &&
    hasAnyOf(source.connectionSettings, connectionTypes) &&
    hasAnyOf(source.entityTypes, entityTypes);
}

const hasAnyOf = (named: object, names: readonly string[] | undefined): boolean =>
  names === undefined || names.some((name) => Object.hasOwn(named, name));
