import type { Request } from 'express';
import type { Origin } from '../../access/caller.ts';
import { bearerTokenOf, credentialOfScheme } from '../../http/authorization.ts';
import type { ClientAddressOf } from '../../http/client-addresses.ts';
import { requestNamesOf } from '../../http/request-identity.ts';
import type { ProveSender, Sender, SenderCredential } from '../../ingestion/prove-sender.ts';
import { CredentialsMissing } from '../../problems/credential-problems.ts';
import { ParameterInvalid, ParameterMissing } from '../../problems/request-problems.ts';

/** What it takes to tell who sends. */
export interface SendingParts {
  readonly proveSender: ProveSender;
  readonly clientAddressOf: ClientAddressOf;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @returns who sends by this request, and to which instance, proven. @throws what `ProveSender` throws, and 400 without an instance */
export async function senderOf(request: Request, { proveSender, clientAddressOf }: SendingParts): Promise<Sender> {
  const credential = credentialOf(request);
  const instanceId = instanceIdOf(request);
  const origin: Origin = { address: clientAddressOf(request), ...requestNamesOf(request) };
  return proveSender(credential, instanceId, origin);
}

function credentialOf(request: Request): SenderCredential {
  const token = bearerTokenOf(request);
  if (token !== undefined) return { token };
  const key = credentialOfScheme(request, 'apikey');
  if (key !== undefined) return { key };
  throw new CredentialsMissing('The request carries no credentials.', {
    details: 'Send the header Authorization: Bearer followed by a token, or Authorization: ApiKey followed by a key.',
  });
}

/**
 * The instance by the host's name (`<guid>.ingress.…`), else by the path; never by the credential: lines that are sent to one place
 * must not come out at another because a token was mixed up.
 * @throws ParameterMissing neither names one @throws ParameterInvalid both do, and not the same; or the path's is no GUID
 */
function instanceIdOf({ headers, params }: Request): string {
  const [label = '', second] = (headers.host ?? '').split('.', 2);
  const byHost = second?.toLowerCase() === 'ingress' && GUID.test(label) ? label.toLowerCase() : undefined;
  const named = params['guid'];
  const byPath = typeof named === 'string' ? named.toLowerCase() : undefined;
  if (byPath !== undefined && !GUID.test(byPath)) throw new ParameterInvalid('guid', 'must be the GUID of an instance');
  if (byHost !== undefined && byPath !== undefined && byHost !== byPath) {
    throw new ParameterInvalid('guid', 'must be the instance that the host name says');
  }
  const id = byHost ?? byPath;
  if (id !== undefined) return id;
  throw new ParameterMissing('guid', {
    details: 'Name the instance by the host name <guid>.ingress.…, or by the path /instances/<guid>/logs/v1/….',
  });
}
