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
];
