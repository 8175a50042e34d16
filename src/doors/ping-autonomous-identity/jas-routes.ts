import type { Router } from 'express';
import type { DataSources } from '../../data-sources/data-sources.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { hitsRepresentation } from './jas-hit.ts';
import { JAS_PATHS } from './jas-operations.ts';
import { readSearch, SOURCE_SEARCH } from './jas-query.ts';
import { type TokenReaderParts, tokenReader } from './token-reader.ts';
import { writeCompressed } from './write-compressed.ts';

/** What the routes of the Java API service stand on. */
export interface JasRouteParts extends TokenReaderParts {
  readonly dataSources: Pick<DataSources, 'search'>;
}

const LIMIT_BYTES = 32 * 1024;

/** `/jas/*` (Autonomous Identity API guide, "Generate an API key"). */
export function jasRoutes(router: Router, parts: JasRouteParts): void {
  const programOf = tokenReader(parts, 'tenant required');

  methods(router, JAS_PATHS.search, {
    async POST(request, response) {
      const { caller, tenantId } = await programOf(request);
      const wanted = readSearch(await readJson(request, SOURCE_SEARCH, { limitBytes: LIMIT_BYTES }));
      const startedAt = performance.now();
      const found = await parts.dataSources.search(caller, wanted);
      const milliseconds = performance.now() - startedAt;
      await writeCompressed(request, response, hitsRepresentation({ wanted, found, tenantId, milliseconds }));
    },
  });
}
