import { Problem } from './problem.ts';

/** The call needs credentials and none came. */
export class CredentialsMissing extends Problem {
  override readonly code = 'credentials_missing';
}

/** Two different credentials came for the same purpose. */
export class CredentialsConflicting extends Problem {
  override readonly code = 'credentials_conflicting';
}

/** The grant is only for clients that name themselves, and none did. */
export class ClientCredentialsMissing extends Problem {
  override readonly code = 'client_credentials_missing';
}

/** The client is unknown, or its secret is not right. */
export class ClientUnknown extends Problem {
  override readonly code = 'client_unknown';
}

/** The token is not one of ours: form, signature, type, issuer or audience. */
export class TokenInvalid extends Problem {
  override readonly code = 'token_invalid';
}

/** The token was good until its `exp`. */
export class TokenExpired extends Problem {
  override readonly code = 'token_expired';
}

/** The token, or something in its chain, was taken back before its `exp`. */
export class TokenRevoked extends Problem {
  override readonly code = 'token_revoked';
}

/** The `grant_type` is none that this service serves. */
export class GrantUnsupported extends Problem {
  override readonly code = 'grant_unsupported';
}

/** The secret is not exactly that of a key. One answer, whatever exists. */
export class ApiKeyUnknown extends Problem {
  override readonly code = 'api_key_unknown';

  constructor() {
    super('Provided API key could not be found.');
  }
}

/** The holder of the right secret asks with a key that is switched off. */
export class ApiKeyDisabled extends Problem {
  override readonly code = 'api_key_disabled';
}

/** The holder of the right secret asks with a key that has ended. */
export class ApiKeyExpired extends Problem {
  override readonly code = 'api_key_expired';
}

/** The user behind the credential is suspended in, or gone from, the account. */
export class IdentityInactive extends Problem {
  override readonly code = 'identity_inactive';
}

/** The account asked for is not one in which the identity may act. */
export class AccountMismatch extends Problem {
  override readonly code = 'account_mismatch';
}

/** The account has a list of addresses, and the request comes from another one, or from an unknown one. */
export class AddressNotAllowed extends Problem {
  override readonly code = 'address_not_allowed';
}

/** The refresh token is not one of ours, or was taken back. */
export class RefreshTokenInvalid extends Problem {
  override readonly code = 'refresh_token_invalid';
}

/** The activation code is unknown, used, expired or not for who sends it. One answer, whatever exists. */
export class ActivationCodeInvalid extends Problem {
  override readonly code = 'activation_code_invalid';

  constructor() {
    super('The activation code is not valid.', {
      details:
        'It works once, and for some days. Ask for a new invitation; who has an API key already sends a token with the code.',
    });
  }
}

/** The refresh token was good until its `exp`. */
export class RefreshTokenExpired extends Problem {
  override readonly code = 'refresh_token_expired';
}

/** No user has this name and password. One answer, whatever exists. */
export class PasswordWrong extends Problem {
  override readonly code = 'password_wrong';

  constructor() {
    super('The user name or the password is not right.');
  }
}

/** The signed assertion is not one of the identity that it names: form, signature, claims, or it has been used (RFC 7523, section 3). */
export class AssertionInvalid extends Problem {
  override readonly code = 'assertion_invalid';
}

/** The authorization code is unknown, used, expired, or not for who sends it (RFC 6749, section 4.1.3). */
export class AuthorizationCodeInvalid extends Problem {
  override readonly code = 'authorization_code_invalid';
}
