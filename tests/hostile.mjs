// What the tests of hostile clients share: a server with short deadlines and narrow bounds that logs all it can, and what
// is asked of every answer and of the log.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { startParley, startSim, must } from './harness.mjs';

const sim = await startSim();
export const server = await startParley({
  sim,
  sections: {
    server: {
      workers: 2, max_header: '8KiB', max_header_count: 50, max_body: '64KiB', header_timeout: '600ms', body_timeout: '600ms',
      idle_timeout: '2s', write_timeout: '1s' },
    websocket: { init_timeout: '500ms', max_subscriptions: 5, max_message: '16KiB' },
    'models.sim-gap-40-tokens-50': { provider: 'sim', context_window: 1000 },
    chat: { default_model: 'sim' },
    log: { level: 'debug' },
  },
});
export const { url, wsUrl } = server;
export const token = server.token();
export const auth = { authorization: `Bearer ${token}` };
// In every message that is sent: the log must not hold it.
export const marker = `marker${randomBytes(8).toString('hex')}`;

// What no client may learn.
export const insides = /boost|sqlite|SELECT |INSERT |UPDATE |std::|\.cc\b|\.h:|src\/|\/work|\/tmp|[Ee]xception|0x[0-9a-f]{6}|127\.0\.0\.1:|what\(\)|[Bb]east|errno/;

export function checkBody(body, what) {
  must(!insides.test(body), `${what}: ${body.slice(0, 500)}`);
  must(!body.includes(token), `${what}: the token`);
}

export async function alive() {
  const reply = await server.graphql('{ me { id } }');
  assert.equal(reply.status, 200);
  must(reply.data.me.id, JSON.stringify(reply));
}

export const head = (line, ...fields) => `${line} HTTP/1.1\r\nHost: localhost\r\n${fields.map((f) => `${f}\r\n`).join('')}`;
export const upgrade = (protocol) => `${head('GET /graphql', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`, `Sec-WebSocket-Protocol: ${protocol}`)}\r\n`;
export const post = (...fields) => head('POST /graphql', 'Content-Type: application/json', `Authorization: Bearer ${token}`, ...fields);

export const codeOf = (reply) => reply.json?.errors?.[0]?.extensions?.code ?? reply.json?.error?.code;
export const nested = (n) => `{${'a{'.repeat(n)}a${'}'.repeat(n)}}`;
export const laughs = (n) => `{...f0} ${Array.from({ length: n }, (_, i) => `fragment f${i} on Query {...f${i + 1} ...f${i + 1}}`).join(' ')} fragment f${n} on Query {me{id}}`;
export const deep = (n) => '['.repeat(n) + ']'.repeat(n);
export const CHAT = 'mutation($input: SendMessageInput!) { sendMessage(input: $input) { turn { id status } userMessage { id content } assistantMessage { content } } }';

export async function checkLog() {
  await alive();
  const log = server.log();
  for (const bad of ['internal_error', 'handler_threw', 'handler_gave_no_answer', 'turn_left_to_reap', 'AddressSanitizer', 'runtime error']) {
    must(!log.includes(bad), log.split('\n').filter((line) => line.includes(bad)).slice(0, 3).join('\n'));
  }
  must(log.includes('"event"'), 'there is a log');
  must(!log.includes(marker), 'the log has a message');
  for (const part of [token, token.split('.')[2], token.split('.')[1]]) must(!log.includes(part), 'the log has a token');
  for (const line of log.trim().split('\n')) JSON.parse(line);
}
