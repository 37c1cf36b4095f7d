// Keys and tokens of tests: good ones by jose, and bad ones that no library would make.
import { createHmac, createPublicKey, generateKeyPairSync, randomBytes, sign as signBytes } from 'node:crypto';
import { SignJWT, EncryptJWT, exportJWK } from 'jose';

const kinds = {
  RS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519', {}],
};

// A fresh key pair of an algorithm, with its public half as PEM and as a JWK.
export async function makeKey(alg, kid, [type, options] = kinds[alg]) {
  const { privateKey, publicKey } = generateKeyPairSync(type, options);
  return {
    alg,
    kid,
    privateKey,
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }),
    jwk: { ...(await exportJWK(publicKey)), alg, use: 'sig', ...(kid ? { kid } : {}) },
  };
}

export const jwks = (...keys) => JSON.stringify({ keys: keys.map((key) => key.jwk) });

export const seconds = () => Math.floor(Date.now() / 1000);

// What every test's server demands, and what some test changes of it; undefined leaves a claim out.
export const claims = (more = {}) => ({
  iss: 'test', aud: 'parley', sub: 'ann', iat: seconds(), exp: seconds() + 600, jti: randomBytes(8).toString('hex'), ...more });

export const signed = (key, more, header = {}) =>
  new SignJWT(claims(more)).setProtectedHeader({ alg: key.alg, ...(key.kid ? { kid: key.kid } : {}), ...header })
    .sign(key.secret ?? key.privateKey);

const b64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

// A token of any header and payload (objects, or texts as they are) with the HMAC of any secret.
export function hmacToken(header, payload, secret, hash = 'sha256') {
  const head = `${b64(header)}.${b64(payload)}`;
  return `${head}.${createHmac(hash, secret).update(head).digest('base64url')}`;
}

// [name, token] of each kind that a server which takes `secret` and the `rsa` and `ec` keys has to refuse.
export async function badTokens({ secret, rsa, ec }) {
  const hs = { alg: 'HS256', secret };
  const head = { alg: 'HS256' };
  const make = (header, payload = claims()) => hmacToken(header, payload, secret);
  const good = await signed(hs);
  const [h, p, s] = good.split('.');
  const foreign = await makeKey('RS256');
  const der = (() => {
    const text = `${b64({ alg: 'ES256' })}.${b64(claims())}`;
    return `${text}.${signBytes('sha256', Buffer.from(text), ec.privateKey).toString('base64url')}`;
  })();
  const other = b64({ ...JSON.parse(Buffer.from(p, 'base64url').toString()), sub: 'bob' });
  // The last character's bits beyond the last byte.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const respelled = s.slice(0, -1) + alphabet[alphabet.indexOf(s.at(-1)) ^ 1];
  return [
    ['garbage', 'garbage'],
    ['an API key', 'sk-0123456789abcdef'],
    ['two parts', `${h}.${p}`],
    ['no signature', `${h}.${p}.`],
    ['expired', await signed(hs, { exp: seconds() - 10 })],
    ['not yet valid', await signed(hs, { nbf: seconds() + 3600 })],
    ['issued in the future', await signed(hs, { iat: seconds() + 3600 })],
    ['no expiry', make(head, claims({ exp: undefined }))],
    ['an expiry in milliseconds', make(head, claims({ exp: Date.now() + 600_000 }))],
    ['an expiry that is text', make(head, claims({ exp: String(seconds() + 600) }))],
    ['another issuer', await signed(hs, { iss: 'tset' })],
    ['no issuer', await signed(hs, { iss: undefined })],
    ['another audience', await signed(hs, { aud: 'parley2' })],
    ['other audiences', await signed(hs, { aud: ['a', 'b'] })],
    ['no audience', await signed(hs, { aud: undefined })],
    ['no user', make(head, claims({ sub: undefined }))],
    ['an empty user', make(head, claims({ sub: '' }))],
    ['a user with a line break', make(head, claims({ sub: 'a\nb' }))],
    ['a user that is too long', make(head, claims({ sub: 'u'.repeat(257) }))],
    ['a number as a user', make(head, claims({ sub: 7 }))],
    ['alg none', `${b64({ alg: 'none' })}.${b64(claims())}.`],
    ['alg none with a signature', make({ alg: 'none' })],
    ['alg NoNe', `${b64({ alg: 'NoNe' })}.${b64(claims())}.`],
    ['no alg', make({ typ: 'JWT' })],
    ['HS512', hmacToken({ alg: 'HS512' }, claims(), secret, 'sha512')],
    ["an HMAC with the public key's PEM", hmacToken(head, claims(), rsa.publicPem)],
    ["an HMAC with the public key's DER", hmacToken(head, claims(), createPublicKey(rsa.publicPem).export({ type: 'spki', format: 'der' }))],
    ["an HMAC with the public key's JWK", hmacToken(head, claims(), JSON.stringify(rsa.jwk))],
    ['an HMAC that claims to be RS256', make({ alg: 'RS256' })],
    ['an HMAC that claims to be ES256', make({ alg: 'ES256' })],
    ['PS256', await new SignJWT(claims()).setProtectedHeader({ alg: 'PS256' }).sign(rsa.privateKey)],
    ['another secret', hmacToken(head, claims(), 'x'.repeat(64))],
    ['another RSA key', await signed(foreign)],
    ['its own key in the header', await signed(foreign, {}, { jwk: foreign.jwk })],
    ['an ECDSA signature in DER', der],
    ['another payload', `${h}.${other}.${s}`],
    ['another header', `${b64({ alg: 'HS256', typ: 'JWT' })}.${p}.${s}`],
    ['a signature cut short', good.slice(0, -1)],
    ['a signature spelled otherwise', `${h}.${p}.${respelled}`],
    ['padding', `${good}=`],
    ['crit', make({ alg: 'HS256', crit: ['exp'], exp: 1 })],
    ['b64', make({ alg: 'HS256', b64: false, crit: ['b64'] })],
    ['a token within a token', make({ alg: 'HS256', cty: 'JWT' }, good)],
    ['a logout token', make({ alg: 'HS256', typ: 'logout+jwt' })],
    ['a claim twice', make(head, `${JSON.stringify(claims()).slice(0, -1)},"sub":"bob"}`)],
    ['an alg twice', make('{"alg":"none","alg":"HS256"}')],
    ['too long', await signed(hs, { filler: 'x'.repeat(8000) })],
    ['encrypted', await new EncryptJWT(claims()).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(randomBytes(32))],
  ];
}
