/**
 * The peer: `oidc-provider` as its documentation sets it up for client_credentials, with JWT access tokens signed with
 * ES256, in as many workers as are asked for. All else is its default; its in-memory adapter keeps nothing that
 * client_credentials needs, and what its documentation calls a development aid is off.
 *
 * Started as `node server.mjs PORT WORKERS CLIENT_ID CLIENT_SECRET`.
 */
import cluster from 'node:cluster';
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const [port, workers, clientId, clientSecret] = process.argv.slice(2);
const RESOURCE = 'https://api.example.com';

if (cluster.isPrimary) {
  // One key for all workers, as an installation has it.
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'bench', alg: 'ES256', use: 'sig' };
  for (let started = 0; started < Number(workers); started += 1) cluster.fork({ SIGNING_KEY: JSON.stringify(key) });
  process.once('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL');
    process.exit(0);
  });
} else {
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        // No ID token is ever made, but the default RS256 is refused where the only key is one for ES256.
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [JSON.parse(process.env.SIGNING_KEY)] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        getResourceServerInfo: () => ({
          scope: 'read',
          audience: RESOURCE,
          accessTokenTTL: 3600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  });
  provider.listen(Number(port), '127.0.0.1');
}
