import { randomUUID } from 'node:crypto';
import type { Request, Router } from 'express';
import type { TenantNames } from '../../accounts/tenant-names.ts';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import type { Exchange } from '../../tokens/exchange.ts';
import { AUTHENTICATE_PATH, LOG_IN } from './am-schemas.ts';
import { type OfferedPerson, offeredPersonOf } from './log-in-request.ts';

/** What the route stands on. */
export interface AmLoginRouteParts {
  readonly exchange: Exchange;
  readonly tenantNames: Pick<TenantNames, 'ofHost'>;
  readonly clientAddressOf: ClientAddressOf;
}

/** A step holds the form, filled. */
const LIMIT_BYTES = 16 * 1024;

/**
 * `POST /am/json/realms/root/authenticate`: a session for a password. It is always a new one, whatever
 * else the client sends (session fixation), and no bearer token.
 */
export function amLoginRoutes(router: Router, { exchange, tenantNames, clientAddressOf }: AmLoginRouteParts): void {
  const sessionOf = async (request: Request, person: OfferedPerson): Promise<string> => {
    const accountId = await tenantNames.ofHost(request.headers.host);
    const origin = { address: clientAddressOf(request), ...requestNamesOf(request) };
    const asked = { grant: 'password', offered: ['password'], person, accountId, asSession: true };
    return (await exchange(asked, origin)).accessToken;
  };

  methods(router, AUTHENTICATE_PATH, {
    async POST(request, response) {
      const step = await readJson(request, LOG_IN, { limitBytes: LIMIT_BYTES });
      const person = offeredPersonOf(request, step);
      if (person === undefined) {
        response.json(emptyForm());
        return;
      }
      response.json({ tokenId: await sessionOf(request, person), successUrl: '/platform/', realm: '/' });
    },
  });
}

/** Nothing is kept of the form: its `authId` is there because clients send it back, and proves nothing. */
const emptyForm = (): object => ({
  authId: randomUUID(),
  callbacks: [
    {
      type: 'NameCallback',
      output: [{ name: 'prompt', value: 'User Name' }],
      input: [{ name: 'IDToken1', value: '' }],
      _id: 0,
    },
    {
      type: 'PasswordCallback',
      output: [{ name: 'prompt', value: 'Password' }],
      input: [{ name: 'IDToken2', value: '' }],
      _id: 1,
    },
  ],
});
