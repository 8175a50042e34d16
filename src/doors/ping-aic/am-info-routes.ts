import type { Router } from 'express';
import { methods } from '../../http/methods.ts';
import { RouteUnknown } from '../../problems/request-problems.ts';
import { INFO_PATH } from './am-schemas.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

/** What the routes stand on. */
export interface AmInfoRouteParts {
  readonly publicUrl: string;
}

/** As which version clients may take this service: they compare it with what they know. Each number has one digit. */
const VERSION = '7.5.0';

/** `/am/json/serverinfo/*` and `/version`: what a client asks before it logs in. The star is a name, not a pattern. */
export function amInfoRoutes(router: Router, { publicUrl }: AmInfoRouteParts): void {
  const secureCookie = publicUrl.startsWith('https:');
  const information: Readonly<Record<string, object>> = {
    '*': { _id: '*', _rev: VERSION, domains: [], cookieName: SESSION_COOKIE, secureCookie, realm: '/' },
    version: {
      ...{ _id: 'version', _rev: VERSION, version: VERSION, revision: VERSION },
      ...{ fullVersion: `Latchkey, in the place of Access Management ${VERSION}`, date: '' },
    },
  };
  methods(router, INFO_PATH, {
    GET(request, response) {
      const name = request.params.serverinfo;
      const known = Object.hasOwn(information, name) ? information[name] : undefined;
      if (known === undefined) throw new RouteUnknown('There is no such information.');
      response.json(known);
    },
  });
}
