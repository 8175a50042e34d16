import type { Request, Router } from 'express';
import type { z } from 'zod';
import type { Caller } from '../../access/caller.ts';
import { readIfMatch } from '../../http/if-match.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { readQuery } from '../../http/read-query.ts';
import { parsedBySchema } from '../../http/schema-problems.ts';
import type { SealedCursors } from '../../http/sealed-cursors.ts';
import { AccessDenied } from '../../problems/entity-problems.ts';
import { ParameterInvalid } from '../../problems/request-problems.ts';
import { keySetText, publicKeysOf } from '../../service-accounts/public-keys.ts';
import type {
  DescribedServiceAccount,
  ServiceAccountChange,
  ServiceAccounts,
} from '../../service-accounts/service-accounts.ts';
import { idOfSigningName, signingNameOf } from '../../service-accounts/signers.ts';
import { ASSERTION_GRANT_CLAIM } from '../../tokens/token-request.ts';
import type { BearerOf } from './administrator.ts';
import { IDENTITY_SCOPE } from './environment-scopes.ts';
import { wholePage } from './result-page.ts';
import {
  NEW_SVCACCT_PARAMETERS,
  SVCACCT_BODY,
  SVCACCT_CHANGE,
  SVCACCT_LIST_PARAMETERS,
  SVCACCT_PATCH,
  SVCACCT_PATHS,
  type SvcacctRepresentation,
} from './svcacct-schemas.ts';

/** What the routes stand on. */
export interface SvcacctRouteParts {
  readonly bearerOf: BearerOf;
  readonly serviceAccounts: ServiceAccounts;
  readonly cursors: SealedCursors;
}

const PAGE_ROWS = 100;

/** `/openidm/managed/svcacct`. */
export function svcacctRoutes(router: Router, { bearerOf, serviceAccounts, cursors }: SvcacctRouteParts): void {
  const callerOf = callersWithScope(bearerOf);
  const changed = (caller: Caller, request: Request<{ svcacct: string }>, change: ServiceAccountChange) =>
    serviceAccounts.update(caller, idOf(request.params.svcacct), change, readIfMatch(request) ?? '*');

  methods(router, SVCACCT_PATHS.all, {
    async GET(request, response) {
      const caller = await callerOf(request);
      const asked = readQuery(request, SVCACCT_LIST_PARAMETERS);
      const matches = filterOf(asked._queryFilter);
      const context = `svcacct ${caller.accountId} ${asked._queryFilter ?? ''}`;
      const cookie = asked._pagedResultsCookie;
      const after = cookie === undefined ? undefined : cursors.open(cookie, context, '_pagedResultsCookie');
      const limit = asked._pageSize ?? PAGE_ROWS;
      const { rows, next } = await serviceAccounts.list(caller, { limit, ...(after !== undefined && { after }) });
      const shown = rows.map(representation).filter(matches);
      response.json({
        ...wholePage(shown),
        pagedResultsCookie: next === undefined ? null : cursors.seal(next, context),
      });
    },
    async POST(request, response) {
      const caller = await callerOf(request);
      readQuery(request, NEW_SVCACCT_PARAMETERS);
      const made = await serviceAccounts.create(caller, chosenOf(await readJson(request, SVCACCT_BODY)));
      response.status(201).json(representation(made));
    },
  });

  methods(router, SVCACCT_PATHS.one, {
    async GET(request, response) {
      const { caller, scope, grantClaim } = await bearerOf(request);
      const id = idOf(request.params.svcacct);
      // Itself it may read whatever its scopes are: clients do, to say who has logged in.
      if (caller.apiKeyId !== id) requireScope({ scope, grantClaim });
      response.json(representation(await serviceAccounts.get(caller, id)));
    },
    async PUT(request, response) {
      const caller = await callerOf(request);
      const change = chosenOf(await readJson(request, SVCACCT_BODY));
      response.json(representation(await changed(caller, request, change)));
    },
    async PATCH(request, response) {
      const caller = await callerOf(request);
      const change = changeOf(await readJson(request, SVCACCT_PATCH));
      response.json(representation(await changed(caller, request, change)));
    },
    async DELETE(request, response) {
      const caller = await callerOf(request);
      response.json(representation(await serviceAccounts.remove(caller, idOf(request.params.svcacct))));
    },
  });
}

/** The scopes of a service account's token bound what it may do here; its rights are asked for as everybody's. */
function callersWithScope(bearerOf: BearerOf): (request: Request) => Promise<Caller> {
  return async (request) => {
    const { caller, ...token } = await bearerOf(request);
    requireScope(token);
    return caller;
  };
}

function requireScope({ scope, grantClaim }: { readonly scope: string; readonly grantClaim: string }): void {
  if (grantClaim !== ASSERTION_GRANT_CLAIM || scope.split(' ').includes(IDENTITY_SCOPE)) return;
  throw new AccessDenied('Insufficient scope.', { details: `The token needs the scope ${IDENTITY_SCOPE}.` });
}

/** An id that nothing has, where the text is none: "missing" is one answer. */
const idOf = (name: string): string => idOfSigningName(name) ?? '';

function chosenOf(body: z.output<typeof SVCACCT_BODY>) {
  const { name, description = '', accountStatus = 'active', scopes, jwks } = body;
  return { name, description, active: isActive(accountStatus), scopes: [...new Set(scopes)], keys: publicKeysOf(jwks) };
}

function changeOf(operations: z.output<typeof SVCACCT_PATCH>): ServiceAccountChange {
  const fields = operations.map(({ field, value }) => [field.replace(/^\//, ''), value] as const);
  if (new Set(fields.map(([field]) => field)).size < fields.length) {
    throw new ParameterInvalid('field', 'must be named once');
  }
  const { name, description, accountStatus, scopes, jwks } = parsedBySchema(
    SVCACCT_CHANGE,
    Object.fromEntries(fields),
    'body',
  );
  return {
    ...{
      name,
      description,
      scopes: scopes && [...new Set(scopes)],
      keys: jwks === undefined ? undefined : publicKeysOf(jwks),
    },
    active: accountStatus === undefined ? undefined : isActive(accountStatus),
  };
}

const isActive = (status: string): boolean => status.toLowerCase() === 'active';

type Matches = (row: SvcacctRepresentation) => boolean;

// Linear: the value has no quotation mark.
const FILTER = /^\/?(name|description|accountStatus|_id) (eq|co|sw) "([^"]{0,200})"$/;

/** @throws ParameterInvalid  what cannot be looked for is not passed over: the answer would have too much */
function filterOf(text = 'true'): Matches {
  if (text === 'true') return () => true;
  const [, field, operator, value] = FILTER.exec(text) ?? [];
  if (field === undefined || value === undefined) {
    throw new ParameterInvalid(
      '_queryFilter',
      'must be true, or compare name, description, accountStatus or _id with a text',
    );
  }
  return (row) => {
    // Safe: the pattern has these four names alone.
    const found = row[field as 'name' | 'description' | 'accountStatus' | '_id'];
    if (operator === 'eq') return found === value;
    return operator === 'sw' ? found.startsWith(value) : found.includes(value);
  };
}

/** Member by member, of two rows. */
function representation({ apiKey, serviceAccount }: DescribedServiceAccount): SvcacctRepresentation {
  return {
    _id: signingNameOf(apiKey.id),
    _rev: apiKey.entityTag,
    name: apiKey.name,
    description: apiKey.description,
    accountStatus: apiKey.disabled ? 'inactive' : 'active',
    scopes: [...serviceAccount.scopes],
    jwks: keySetText(serviceAccount.keys),
  };
}
