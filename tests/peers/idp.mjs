// SPDX-License-Identifier: Apache-2.0
// A certified OpenID provider (npm oidc-provider) on loopback, set up as the service looks to a native program: a
// public client, PKCE, rotating refresh tokens with reuse detection, revocation, the device flow. Runs on Node.js 18.
//
//   node idp.mjs [--tls CERT KEY] [--form] [--dpop] [--access-ttl S] [--device-ttl S] [--interval S]
//
// Prints {"issuer": URL} and then one JSON line for each request that it answered. Without --form the sign-in page
// approves by itself; with it, it has a button for either answer. With --dpop, tokens are bound to a key (RFC 9449), and
// both the token endpoint and the API demand a nonce. Beside OAuth there are
//   /v3/users/me, /v3/videos      an API that takes live access tokens
//   /_test/state?token=T          {"state": active | consumed | revoked | unknown}
//   /_test/forget?token=T         ends one access token, as if it had expired early
//   /_test/said?number=N          a line of the log that comes after those of all earlier requests
//   /_test/nonce                 from now on the API demands another nonce
//   /_test/exchange?status=S      the next token exchange (RFC 8693) is answered with this status alone
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { parseArgs } from 'node:util';
import { EmbeddedJWK, calculateJwkThumbprint, jwtVerify } from 'jose';
import Provider from 'oidc-provider';

const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const arguments_ = process.argv.slice(2);
const tlsAt = arguments_.indexOf('--tls');
const [certificate, key] = tlsAt < 0 ? [] : arguments_.splice(tlsAt, 3).slice(1);
const { values: options } = parseArgs({
  args: arguments_,
  options: {
    form: { type: 'boolean', default: false },
    dpop: { type: 'boolean', default: false },
    'access-ttl': { type: 'string', default: '3600' },
    'device-ttl': { type: 'string', default: '600' },
    interval: { type: 'string', default: '1' },
  },
});

const server = certificate
  ? https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) })
  : http.createServer();
await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
const issuer = `${certificate ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;

const say = (entry) => process.stdout.write(`${JSON.stringify(entry)}\n`);
const kinds = new Map();   // token -> model name

const page = (ctx, title, content) => {
  ctx.type = 'html';
  ctx.body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${content}`;
};

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'e2e-client',
    client_name: 'heygen under test',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/oauth/callback'],   // any port (RFC 8252 §7.3)
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token', DEVICE_GRANT, EXCHANGE_GRANT],
  }],
  jwks: {
    keys: [{
      ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
      use: 'sig',
      alg: 'RS256',
    }],
  },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Ada', email: `${id}@example.test` }) }),
  pkce: { required: () => true },
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  expiresWithSession: () => false,   // or tokens without offline_access end with the browser's session
  ttl: {
    AccessToken: Number(options['access-ttl']), AuthorizationCode: 60, DeviceCode: Number(options['device-ttl']),
    RefreshToken: 86400, IdToken: 3600, Interaction: 600, Session: 3600, Grant: 86400,
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true },
    dPoP: { enabled: options.dpop, nonceSecret: randomBytes(32), requireNonce: () => options.dpop },
    deviceFlow: {
      enabled: true,
      userCodeInputSource: (ctx, form) => page(ctx, 'Enter the code',
        `${form}<button type="submit" form="op.deviceInputForm">Continue</button>`),
      userCodeConfirmSource: (ctx, form, _client, _info, code) => page(ctx, 'Is this your code?', `
        <code>${code}</code>${form}
        <button id="approve" type="submit" form="op.deviceConfirmForm">Continue</button>
        <button id="deny" type="submit" form="op.deviceConfirmForm" name="abort" value="yes">Stop</button>`),
      successSource: (ctx) => page(ctx, 'Device connected', ''),
    },
  },
  routes: {
    authorization: '/oauth/authorize', token: '/v1/oauth/token', revocation: '/v1/oauth/revoke',
    device_authorization: '/v1/oauth/device_authorization', code_verification: '/oauth/device',
    userinfo: '/v1/oauth/userinfo', jwks: '/.well-known/jwks.json',
  },
});

let exchangeStatus = 0;

provider.registerGrantType(EXCHANGE_GRANT, async (ctx) => {
  const { params, client } = ctx.oidc;
  if (exchangeStatus) {
    ctx.status = exchangeStatus;
    ctx.body = {};
    exchangeStatus = 0;
    return;
  }
  const subject = await provider.AccessToken.find(params.subject_token ?? '');
  if (!subject || subject.clientId !== client.clientId || !params.audience
      || params.subject_token_type !== 'urn:ietf:params:oauth:token-type:access_token') {
    ctx.status = 400;
    ctx.body = { error: 'invalid_request', error_description: 'no live subject token' };
    return;
  }
  const token = new provider.AccessToken({
    accountId: subject.accountId, client, grantId: subject.grantId, gty: 'token-exchange', scope: subject.scope,
  });
  ctx.body = {
    access_token: await token.save(), issued_token_type: params.subject_token_type, token_type: 'Bearer',
    expires_in: token.expiration,
  };
}, ['audience', 'subject_token', 'subject_token_type']);

async function formOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

async function signIn(ctx) {
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  let approved = true;
  if (options.form) {
    if (ctx.method === 'GET') {
      page(ctx, 'Sign in', `<form method="post">
        <button id="approve" name="answer" value="approve">Approve</button>
        <button id="deny" name="answer" value="deny">Deny</button></form>`);
      return;
    }
    approved = (await formOf(ctx.req)).get('answer') === 'approve';
  }
  let result = { error: 'access_denied', error_description: 'The user <b>said</b> no' };
  if (approved) {
    const grant = new provider.Grant({ accountId: 'ada', clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result = { login: { accountId: 'ada' }, consent: { grantId: await grant.save() } };
  }
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false }));
  ctx.status = 303;
}

async function find(token) {
  const kind = kinds.get(token);
  return kind && provider[kind].find(token, { ignoreExpiration: true });
}

async function stateOf(token) {
  if (!kinds.has(token)) return 'unknown';
  const found = await find(token);
  if (!found || !(await provider.Grant.find(found.grantId))) return 'revoked';
  return found.consumed ? 'consumed' : 'active';
}

const proofs = new Set();   // their jti
let apiNonce = randomBytes(8).toString('hex');

/// What is wrong with the proof of a request, if anything is (RFC 9449 §4.3).
async function faultOfProof(ctx, token) {
  let proof;
  try {
    proof = await jwtVerify(ctx.get('dpop'), EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'], maxTokenAge: 60 });
  } catch (error) {
    return `invalid_dpop_proof: ${error.message}`;
  }
  const { payload, protectedHeader: { jwk } } = proof;
  if (jwk.d || payload.htm !== ctx.method || payload.htu !== `${issuer}${ctx.path}`) return 'invalid_dpop_proof: htm, htu';
  if (payload.ath !== createHash('sha256').update(token).digest('base64url')) return 'invalid_dpop_proof: ath';
  if ((await find(token))?.jkt !== await calculateJwkThumbprint(jwk)) return 'invalid_token: jkt';
  if (!payload.jti || proofs.has(payload.jti)) return 'invalid_dpop_proof: jti';
  proofs.add(payload.jti);
  return payload.nonce === apiNonce ? null : 'use_dpop_nonce';
}

async function api(ctx) {
  const scheme = options.dpop ? 'DPoP' : 'Bearer';
  const token = new RegExp(`^${scheme} (.+)$`).exec(ctx.get('authorization'))?.[1] ?? '';
  let fault = await stateOf(token) === 'active' ? null : 'invalid_token';
  if (!fault && options.dpop) fault = await faultOfProof(ctx, token);
  ctx.state.fault = fault;
  if (fault) {
    ctx.status = 401;
    ctx.set('WWW-Authenticate', `${scheme} error="${fault.split(':')[0]}"`);
    if (options.dpop) ctx.set('DPoP-Nonce', apiNonce);
    ctx.body = { error: { code: 'unauthorized', message: 'The token is not live.' } };
  } else {
    ctx.body = { data: ctx.path === '/v3/users/me' ? { username: 'ada', email: 'ada@example.test' } : { videos: [] } };
  }
}

const own = {
  '/v3/users/me': api,
  '/v3/videos': api,
  '/_test/state': async (ctx) => { ctx.body = { state: await stateOf(ctx.query.token) }; },
  '/_test/said': async (ctx) => { ctx.body = {}; },
  '/_test/nonce': async (ctx) => { apiNonce = randomBytes(8).toString('hex'); ctx.body = {}; },
  '/_test/exchange': async (ctx) => { exchangeStatus = Number(ctx.query.status); ctx.body = {}; },
  '/_test/forget': async (ctx) => { await (await find(ctx.query.token))?.destroy(); ctx.body = {}; },
};

provider.use(async (ctx, next) => {
  if (own[ctx.path]) await own[ctx.path](ctx);
  else if (ctx.path.startsWith('/interaction/')) await signIn(ctx);
  else await next();
  const response = ctx.body && typeof ctx.body === 'object' ? ctx.body : {};
  if (response.device_code) response.interval = Number(options.interval);
  if (response.access_token) kinds.set(response.access_token, 'AccessToken');
  if (response.refresh_token) kinds.set(response.refresh_token, 'RefreshToken');
  if (ctx.path === '/_test/said') say({ path: ctx.path, query: ctx.query });
  if (ctx.path.startsWith('/_test/')) return;
  say({
    method: ctx.method, path: ctx.path, status: ctx.status, error: response.error, authorization: ctx.get('authorization'),
    form: ctx.oidc?.body, query: ctx.query, proof: ctx.get('dpop'), fault: ctx.state.fault,
  });
});
provider.on('server_error', (_ctx, error) => console.error(error));

server.on('request', provider.callback());
say({ issuer });
process.stdin.resume().on('end', () => process.exit(0));   // ends with the test that started it
