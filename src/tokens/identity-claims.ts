import { inOnePiece } from '../http/text.ts';
import { SERVICE_ID_REALM } from '../service-ids/service-id.ts';
import type { AccessTokenClaims, AuthnClaim } from '../token-format/token-claims.ts';
import { USER_REALM } from '../users/user.ts';
import type { ChainedServiceId, ChainedUser } from './identity-chain.ts';

/** The claims that say who the token stands for (IBM Cloud IAM, access token). */
export type IdentityClaims = Pick<AccessTokenClaims, 'iam_id' | 'id' | 'realmid' | 'identifier' | 'sub'> &
  Partial<
    Pick<AccessTokenClaims, 'sub_type' | 'name' | 'given_name' | 'family_name' | 'email' | 'unique_instance_crns'>
  > & {
    readonly authn: AuthnClaim;
  };

/** @returns the claims of a user or a service ID */
export function identityClaims(identity: ChainedUser | ChainedServiceId): IdentityClaims {
  return identity.kind === 'user' ? userClaims(identity) : serviceIdClaims(identity);
}

function userClaims({ user }: ChainedUser): IdentityClaims {
  const { id: iamId, name, givenName, familyName, email } = user;
  const person = { name, given_name: givenName, family_name: familyName, email };
  return {
    iam_id: iamId,
    id: iamId,
    realmid: USER_REALM,
    identifier: inOnePiece(iamId.slice(USER_REALM.length + 1)),
    ...person,
    sub: email,
    authn: { sub: email, iam_id: iamId, ...person },
  };
}

function serviceIdClaims({ serviceId }: ChainedServiceId): IdentityClaims {
  const { id, iamId, name, uniqueInstanceCrns } = serviceId;
  return {
    iam_id: iamId,
    id: iamId,
    realmid: SERVICE_ID_REALM,
    identifier: id,
    name,
    sub: id,
    sub_type: 'ServiceId',
    ...(uniqueInstanceCrns.length > 0 && { unique_instance_crns: uniqueInstanceCrns }),
    authn: { sub: id, iam_id: iamId, sub_type: 'ServiceId', name },
  };
}
