import type { Request, Router } from 'express';
import type { Caller, Origin } from '../../access/caller.ts';
import { apiKeyCrn, type IssuedApiKey } from '../../api-keys/new-api-key.ts';
import type { CallerOf } from '../../http/api-answers.ts';
import { methods } from '../../http/methods.ts';
import { readJson } from '../../http/read-json.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import type { Activation } from '../../onboarding/activation.ts';
import {
  ACTIVATION,
  ACTIVATION_PATH,
  type FirstKeyRepresentation,
  type JoinedRepresentation,
} from './activation-operations.ts';

/** What the route of activation stands on. */
export interface ActivationRouteParts {
  readonly activation: Activation;
  readonly callerOf: CallerOf;
  readonly clientAddressOf: (request: Request) => string;
}

/** A body is a code and a password. */
const LIMIT_BYTES = 8 * 1024;

/** `POST /latchkey/v1/users/activate`: the one call of this door that needs no token. */
export function activationRoutes(router: Router, parts: ActivationRouteParts): void {
  const { activation, callerOf, clientAddressOf } = parts;
  methods(router, ACTIVATION_PATH, {
    async POST(request, response) {
      const caller: Caller | undefined =
        request.headers.authorization === undefined ? undefined : await callerOf(request);
      const origin: Origin = { address: clientAddressOf(request), ...requestNamesOf(request) };
      const asked = await readJson(request, ACTIVATION, { limitBytes: LIMIT_BYTES });
      const { firstKey, membership } = await activation.activate(asked, origin, caller);
      if (firstKey === undefined) {
        const { iamId, accountId } = membership;
        response.json({ iam_id: iamId, account_id: accountId, state: 'ACTIVE' } satisfies JoinedRepresentation);
        return;
      }
      response.status(201).set('ETag', firstKey.apiKey.entityTag).json(firstKeyRepresentation(firstKey));
    },
  });
}

/** The same members as at IBM's identity API, one by one: a spread would one day send the digest. */
function firstKeyRepresentation({ apiKey, secret }: IssuedApiKey): FirstKeyRepresentation {
  const { id, entityTag, locked, disabled, createdAt, createdBy, modifiedAt, name, iamId, accountId } = apiKey;
  return {
    id,
    entity_tag: entityTag,
    crn: apiKeyCrn(apiKey),
    ...{ locked, disabled },
    created_at: new Date(createdAt).toISOString(),
    created_by: createdBy,
    modified_at: new Date(modifiedAt).toISOString(),
    name,
    support_sessions: apiKey.supportSessions,
    action_when_leaked: apiKey.actionWhenLeaked,
    iam_id: iamId,
    account_id: accountId,
    apikey: secret,
  };
}
