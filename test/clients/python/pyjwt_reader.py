"""PyJWT, unmodified: a downstream service that verifies offline with the published keys."""

import jwt
from asked import run

REQUIRED = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti']


def verify(keys, token, algorithm, issuer, audience):
    # The client leaves out keys without "use": "sig".
    key = jwt.PyJWKClient(keys).get_signing_key_from_jwt(token)
    try:
        claims = jwt.decode(
            token, key, algorithms=[algorithm], issuer=issuer, audience=audience, options={'require': REQUIRED}
        )
    except jwt.InvalidTokenError as problem:
        return {'refused': type(problem).__name__}
    return {'kid': key.key_id, 'claims': claims}


run(verify)
