import { randomUUID } from 'node:crypto';
import type { AuditedState } from '../audit/audit-event.ts';
import { accountCrn } from '../crn/crn.ts';
import { defineCollection, type Entity } from '../store/collection.ts';
import { firstEntityTag } from '../store/entity-tag.ts';

/** By name, what belongs to it: any JSON, in which no secret may stand (`plain-settings.ts`). */
export type PlainSettings = Readonly<Record<string, unknown>>;

/** From where a tenant's records come, as its programs look it up: a description alone, by which nothing connects. */
export interface DataSource extends Entity {
  /** A UUID. */
  readonly id: string;
  readonly accountId: string;
  /** Not unique. */
  readonly name: string;
  /** Whether each run brings everything, or only what has changed. */
  readonly syncType: 'full' | 'incremental';
  /** The name of a picture. */
  readonly icon: string;
  readonly active: boolean;
  /** What it brings: by the name of a kind of record, where it is. */
  readonly entityTypes: PlainSettings;
  /** By the kind of connection, how it is read. */
  readonly connectionSettings: PlainSettings;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
}

/** All data sources. */
export const DATA_SOURCES = defineCollection<DataSource>()('data_sources', {
  fields: {
    id: 'string',
    entityTag: 'string',
    accountId: 'string',
    name: 'string',
    syncType: 'string',
    icon: 'string',
    active: 'boolean',
    entityTypes: 'json',
    connectionSettings: 'json',
    createdAt: 'integer',
    createdBy: 'string',
    modifiedAt: 'integer',
  },
  indexes: {
    byId: { fields: ['accountId', 'id'] },
    byName: { fields: ['accountId', 'name', 'id'] },
    byCreation: { fields: ['accountId', 'createdAt', 'id'] },
  },
  followed: true,
});

/** Most data sources of an account: a search looks through all of them. */
export const MOST_DATA_SOURCES = 500;

/** What may be searched in the order of. */
export const DATA_SOURCE_ORDERS = { id: 'byId', name: 'byName' } as const;

/** What the maker of a data source chooses. */
export interface NewDataSource {
  readonly name: string;
  readonly syncType: DataSource['syncType'];
  readonly icon: string;
  readonly active: boolean;
  readonly entityTypes: PlainSettings;
  readonly connectionSettings: PlainSettings;
}

/** What may be changed later; an absent field stays as it is. */
export type DataSourceChange = { readonly [Field in keyof NewDataSource]?: NewDataSource[Field] | undefined };

/** Makes a data source of the account; it is not stored yet. */
export function newDataSource(chosen: NewDataSource, accountId: string, createdBy: string, now: number): DataSource {
  const { name, syncType, icon, active, entityTypes, connectionSettings } = chosen;
  return {
    ...{ id: randomUUID(), entityTag: firstEntityTag(), accountId, name, syncType, icon, active },
    ...{ entityTypes, connectionSettings, createdAt: now, createdBy, modifiedAt: now },
  };
}

/** @returns the fields of the data source after the change */
export function changedDataSource(before: DataSource, change: DataSourceChange): NewDataSource {
  const {
    name = before.name,
    syncType = before.syncType,
    icon = before.icon,
    active = before.active,
    entityTypes = before.entityTypes,
    connectionSettings = before.connectionSettings,
  } = change;
  return { name, syncType, icon, active, entityTypes, connectionSettings };
}

/** @returns the cloud resource name of a data source */
export const dataSourceCrn = ({ accountId, id }: Pick<DataSource, 'accountId' | 'id'>): string =>
  accountCrn('iam-identity', accountId, 'datasource', id);

/** What the audit record keeps of a data source: of its settings the names alone, should a secret stand in them after all. */
export function auditedDataSource(source: DataSource): AuditedState {
  const { name, syncType, icon, active, entityTypes, connectionSettings } = source;
  return {
    ...{ name, syncType, icon, active },
    entityTypes: Object.keys(entityTypes),
    connectionSettings: Object.keys(connectionSettings),
  };
}
