import type { LoadRequest } from './load.ts';

/** A door whose keys are themselves the credential of a request. */
export type DoorName = 'Advanced Identity Cloud' | 'Autonomous Identity' | 'Ivanti';

/** Makes an administrative call. @returns the body of a good answer, whose form the caller knows @throws Error at any other */
export type AdministrativeCall = <Body>(method: string, path: string, json?: object) => Promise<Body>;

/** What a door is asked most often. */
export interface HotPath {
  readonly door: DoorName;
  /** Makes a key by the door's own way. @returns a request with it */
  readonly requestWith: (call: AdministrativeCall) => Promise<LoadRequest>;
}

/** A row each. */
export const HOT_PATHS: readonly HotPath[] = [
  {
    door: 'Advanced Identity Cloud',
    async requestWith(call) {
      const key = await call<{ api_key_id: string; api_key_secret: string }>('POST', '/keys?_action=create', {
        name: 'bench',
      });
      const headers = [`x-api-key: ${key.api_key_id}`, `x-api-secret: ${key.api_key_secret}`];
      return { method: 'GET', path: '/monitoring/logs/sources', headers };
    },
  },
  {
    door: 'Autonomous Identity',
    async requestWith(call) {
      await call('POST', '/latchkey/v1/data_sources', { name: 'people.csv' });
      const { accounts } = await call<{ accounts: readonly { tenant_id: string }[] }>('GET', '/latchkey/v1/me');
      const { token } = await call<{ token: string }>('POST', '/api/admin/createApiToken', { name: 'bench' });
      const headers = [`authorization: ${token}`, `x-tenant-id: ${accounts[0]?.tenant_id}`];
      return { path: '/jas/datasource/search', headers, mediaType: 'application/json', body: SEARCH };
    },
  },
  {
    door: 'Ivanti',
    async requestWith(call) {
      const groups = '/latchkey/v1/ivanti/key_groups';
      const { id } = await call<{ id: string }>('POST', groups, { name: 'bench' });
      const key = await call<{ reference_id: string }>('POST', `${groups}/${id}/keys`, {});
      return { method: 'GET', path: '/api/rest/whoami', headers: [`Authorization: rest_api_key=${key.reference_id}`] };
    },
  },
];

/** As the system's pages ask for all data sources. */
const SEARCH = JSON.stringify({
  query: {
    sort: [{ 'datasource_id.keyword': { order: 'desc' } }],
    size: 10,
    track_total_hits: true,
    query: { match_all: {} },
  },
});
