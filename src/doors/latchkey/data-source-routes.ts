import type { Router } from 'express';
import type { DataSource } from '../../data-sources/data-source.ts';
import type { DataSources } from '../../data-sources/data-sources.ts';
import { type CallerOf, writeNothing } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import {
  DATA_SOURCE_CHANGE,
  DATA_SOURCE_LIST_PARAMETERS,
  DATA_SOURCE_PATHS,
  type DataSourceRepresentation,
  NEW_DATA_SOURCE,
} from './data-source-operations.ts';

/** What the routes of data sources stand on. */
export interface DataSourceRouteParts {
  readonly dataSources: DataSources;
  readonly callerOf: CallerOf;
  readonly cursors: SealedCursors;
}

/** `/latchkey/v1/data_sources`: from where a tenant's records come. */
export function dataSourceRoutes(router: Router, { dataSources, callerOf, cursors }: DataSourceRouteParts): void {
  methods(router, DATA_SOURCE_PATHS.all, {
    async GET(request, response) {
      const caller = await callerOf(request);
      const { limit, cursor } = readQuery(request, DATA_SOURCE_LIST_PARAMETERS);
      const context = [DATA_SOURCE_PATHS.all, caller.accountId].join(' ');
      const after = cursor === undefined ? undefined : cursors.open(cursor, context);
      const { rows, next } = await dataSources.list(caller, { after, limit });
      response.json({
        data_sources: rows.map(dataSourceRepresentation),
        ...(next !== undefined && { next: cursors.seal(next, context) }),
      });
    },
    async POST(request, response) {
      const caller = await callerOf(request);
      const { name, icon, ...chosen } = await readJson(request, NEW_DATA_SOURCE);
      const source = await dataSources.create(caller, {
        ...{ name, icon, syncType: chosen.sync_type, active: chosen.is_active },
        ...{ entityTypes: chosen.entity_types, connectionSettings: chosen.connection_settings },
      });
      response.status(201).json(dataSourceRepresentation(source));
    },
  });
  methods(router, DATA_SOURCE_PATHS.one, {
    async GET(request, response) {
      const caller = await callerOf(request);
      response.json(dataSourceRepresentation(await dataSources.get(caller, request.params.data_source_id)));
    },
    async PATCH(request, response) {
      const caller = await callerOf(request);
      const { name, icon, ...change } = await readJson(request, DATA_SOURCE_CHANGE);
      const source = await dataSources.update(caller, request.params.data_source_id, {
        ...{ name, icon, syncType: change.sync_type, active: change.is_active },
        ...{ entityTypes: change.entity_types, connectionSettings: change.connection_settings },
      });
      response.json(dataSourceRepresentation(source));
    },
    async DELETE(request, response) {
      await dataSources.remove(await callerOf(request), request.params.data_source_id);
      writeNothing(response);
    },
  });
}

function dataSourceRepresentation(source: DataSource): DataSourceRepresentation {
  const { id, name, syncType, icon, active, entityTypes, connectionSettings, createdBy } = source;
  return {
    ...{ id, name, sync_type: syncType, icon, is_active: active },
    ...{ entity_types: entityTypes, connection_settings: connectionSettings },
    created_at: new Date(source.createdAt).toISOString(),
    created_by: createdBy,
    modified_at: new Date(source.modifiedAt).toISOString(),
  };
}
