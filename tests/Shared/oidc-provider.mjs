// A real OpenID Connect provider: node oidc-provider.mjs <folder with node_modules> <port, 0 for any>. Prints its address, ends with its standard input.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [folder, port] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(`${folder}/node_modules/oidc-provider/lib/index.js`));

const jwk = (pair, extra) => ({ ...pair.privateKey.export({ format: 'jwk' }), use: 'sig', ...extra });
const keys = [
  jwk(generateKeyPairSync('rsa', { modulusLength: 2048 }), { alg: 'RS256' }),
  jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }), { alg: 'ES256' }),
];
const client = (algorithm) => ({
  client_id: algorithm,
  response_types: ['id_token'],
  grant_types: ['implicit'],
  redirect_uris: ['https://client.example.org/callback'],
  token_endpoint_auth_method: 'none',
  id_token_signed_response_alg: algorithm,
});
const browser = (id) => ({
  client_id: id,
  response_types: ['code'],
  grant_types: ['authorization_code'],
  redirect_uris: ['https://runner.example.org/sign-in/callback'],
  token_endpoint_auth_method: 'none',
});
const native = (id, more) => ({
  client_id: id,
  application_type: 'native',
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  redirect_uris: ['http://127.0.0.1/callback'],
  token_endpoint_auth_method: 'none',
  ...more,
});

const server = createServer();
server.listen(Number(port), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [native('cli'), native('cli-with-secret', { client_secret: 'known to everybody', token_endpoint_auth_method: 'client_secret_post' }), client('RS256'), client('ES256'), browser('browser'), { ...browser('confidential'), client_secret: 'a secret: with %', token_endpoint_auth_method: 'client_secret_basic' }],
    responseTypes: ['code', 'id_token', 'none'],
    features: { deviceFlow: { enabled: true } },
    // Short, so that renewal is what happens and not what may happen; and each refresh token is good for one use.
    ttl: { IdToken: Number(process.env.ID_TOKEN_SECONDS ?? 3600) },
    rotateRefreshToken: true,
    pkce: { required: () => true },
    jwks: { keys },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: id !== 'mallory' }),
    }),
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
