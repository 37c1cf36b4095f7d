// Clients that do what libraries do not let one do: sockets that get any bytes, WebSockets that say anything, and
// readers of Server-Sent Events that drop their connection where they are told to.
import http from 'node:http';
import net from 'node:net';
import WebSocket from 'ws';

// A TCP connection to the server at `url`, from the loopback address `from`, that collects what comes.
export class RawSocket {
  constructor(url, from) {
    const { hostname, port } = new URL(url);
    this.bytes = Buffer.alloc(0);
    this.socket = net.connect({ host: hostname, port: Number(port), localAddress: from });
    this.socket.on('data', (data) => { this.bytes = Buffer.concat([this.bytes, data]); });
    this.socket.on('error', () => {});
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('error', reject);
    });
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) => { this.socket.once('close', resolve); });
    // The other side has said its last word.
    this.ended = new Promise((resolve) => {
      this.socket.once('end', resolve);
      this.socket.once('close', resolve);
    });
  }

  send(data) {
    if (this.socket.writable) this.socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
    return this;
  }

  text() {
    return this.bytes.toString('latin1');
  }

  // Until `done(text)` is true or the other side has ended; false when the time is up first.
  async until(done, limitMs = 10_000) {
    const limit = Date.now() + limitMs;
    let over = false;
    this.ended.then(() => { over = true; });
    while (!done(this.text()) && !over) {
      if (Date.now() > limit) return false;
      await new Promise((resolve) => { setTimeout(resolve, 5); });
    }
    return true;
  }

  // The heads and bodies of the answers that came, as far as Content-Length or chunks tell.
  answers() {
    const found = [];
    let rest = this.text();
    for (;;) {
      const match = rest.match(/^HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n([\s\S]*?)\r\n\r\n/);
      if (!match) break;
      rest = rest.slice(match[0].length);
      const headers = Object.fromEntries(match[2].split('\r\n').map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
      let body = '';
      if (headers['content-length'] !== undefined) {
        body = rest.slice(0, Number(headers['content-length']));
        rest = rest.slice(body.length);
      }
      found.push({ status: Number(match[1]), headers, body });
    }
    return found;
  }

  destroy() {
    this.socket.destroy();
  }
}

// One HTTP request over a connection of its own, from `from`, one of the loopback addresses.
export function request(url, { method = 'GET', headers = {}, body, from } = {}) {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, headers, localAddress: from, agent: false }, (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (piece) => { text += piece; });
      reply.on('end', () => {
        let json;
        try {
          json = JSON.parse(text);
        } catch {
          json = undefined;
        }
        resolve({ status: reply.statusCode, headers: reply.headers, text, json });
      });
      reply.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

// Sends the bytes and resolves with the answers once the other side has closed, or `limitMs` are over.
export async function exchange(url, data, limitMs = 5_000) {
  const socket = new RawSocket(url);
  try {
    await socket.opened;
    socket.send(data);
    const ended = await socket.until(() => false, limitMs);
    return { ended, answers: socket.answers(), text: socket.text() };
  } finally {
    socket.destroy();
  }
}

// A WebSocket that keeps what came and how it was closed.
export class Probe {
  constructor(url, { protocols = 'graphql-transport-ws', ...options } = {}) {
    this.socket = new WebSocket(url, protocols, options);
    this.messages = [];
    this.waiting = new Set();
    this.socket.on('message', (data) => {
      this.messages.push(JSON.parse(data.toString()));
      this.wake();
    });
    this.socket.on('error', (error) => { this.error = error; });
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
    this.opened.catch(() => {});
    // {code, reason}
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => {
        this.end = { code, reason: reason.toString() };
        this.wake();
        resolve(this.end);
      });
    });
  }

  wake() {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }

  // Objects are sent as JSON, texts as they are, Buffers as text frames of those bytes.
  send(message) {
    const data = typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message);
    this.socket.send(data, { binary: false });
    return this;
  }

  // The first message that fits, also one that has come already.
  async message(fits, limitMs = 10_000) {
    const limit = Date.now() + limitMs;
    for (;;) {
      const found = this.messages.find(fits);
      if (found) return found;
      if (this.end) throw new Error(`closed with ${this.end.code} ${this.end.reason}`);
      if (Date.now() > limit) throw new Error(`no such message in ${limitMs} ms; came: ${JSON.stringify(this.messages)}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.waiting.add(() => { clearTimeout(timer); resolve(); });
      });
    }
  }

  // Opens and says connection_init.
  async ready(payload) {
    await this.opened;
    this.send({ type: 'connection_init', payload });
    await this.message((m) => m.type === 'connection_ack');
    return this;
  }
}

// The events of a turn, read over SSE into `into`, which may hold earlier ones, until `stop(event)` or the stream's end.
// Resolves with 'stopped', 'ended', or 'cut' where the connection broke.
export async function readEvents(server, token, turn, into, stop = () => false) {
  const controller = new AbortController();
  const after = into.length ? into.at(-1).seq : 0;
  try {
    const reply = await fetch(`${server.url}/v1/turns/${turn}/events`, {
      headers: { authorization: `Bearer ${token}`, 'last-event-id': String(after) }, signal: controller.signal });
    if (reply.status === 204) return 'ended';
    if (reply.status !== 200) throw Object.assign(new Error(`status ${reply.status}: ${await reply.text()}`), { fatal: true });
    let text = '';
    for await (const piece of reply.body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      let end;
      while ((end = text.indexOf('\n\n')) >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        const data = block.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('\n');
        if (!data) continue;
        const event = JSON.parse(data);
        into.push(event);
        if (stop(event)) {
          controller.abort();
          return 'stopped';
        }
      }
    }
    return 'ended';
  } catch (error) {
    if (error.fatal) throw error;
    return 'cut';
  }
}

// What every account of a turn must be: numbers that rise, STARTED first, one end, and the text of the end's message.
export function textOf(events) {
  let text = '';
  for (const event of events) {
    if (event.kind === 'RESTARTED') text = '';
    if (event.kind === 'DELTA') text += event.text ?? '';
  }
  return text;
}
