// What the functional tests share: a scratch folder with a simulated provider and a Parley of its own, named tests that
// are counted, and the closing line that ./test reads. Everything that is started ends with the script.
import { spawn, execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, writeFileSync, rmSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const parley = process.env.PARLEY ?? join(root, 'build/release/src/app/parley');

const children = new Set();
const folders = new Set();
// Also of a script that fails before its end.
process.on('exit', () => { for (const child of children) child.kill('SIGKILL'); });

export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), 'parley-test.'));
  folders.add(folder);
  return folder;
}

// Starts a program and resolves with it once a line of `from` ('stdout' or 'stderr') satisfies `ready`, which returns
// what the promise is to hold.
export async function start(command, args, { from, ready, log, env = {}, limitMs = 20_000 }) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  children.add(child);
  // Not 'exit': what it said last may still be in the pipe then.
  const ended = once(child, 'close').then(([code, signal]) => {
    children.delete(child);
    return { code, signal };
  });
  // Written at once, so that whoever knows of a line finds it in the file.
  if (log) for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => appendFileSync(log, bytes));
  const lines = createInterface({ input: child[from] });
  const found = new Promise((resolve, reject) => {
    const last = [];
    lines.on('line', (line) => {
      last.push(line);
      if (last.length > 20) last.shift();
      const value = ready(line);
      if (value !== undefined) resolve(value);
    });
    ended.then(({ code, signal }) => reject(new Error(`${command} ${args[0]} ended (${code ?? signal}):\n${last.join('\n')}`)));
    setTimeout(() => reject(new Error(`${command} ${args[0]} was not ready in ${limitMs} ms`)), limitMs).unref();
  });
  child[from === 'stdout' ? 'stderr' : 'stdout'].resume();
  const value = await found;
  return {
    value,
    child,
    ended,
    // Ends it and resolves with how it ended.
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

// A `parley provider-sim`; `url` is its base.
export async function startSim(args = []) {
  const sim = await start(parley, ['provider-sim', ...args], {
    from: 'stdout',
    ready: (line) => line.match(/^ready (\d+)$/)?.[1],
  });
  const url = `http://127.0.0.1:${sim.value}`;
  const get = async (path) => (await fetch(url + path)).json();
  return {
    ...sim,
    url,
    served: () => get('/sim/served'),
    requests: () => get('/sim/requests'),
    reset: () => fetch(`${url}/sim/reset`, { method: 'POST' }),
    // What it has served once nothing is under way.
    async quiet(limitMs = 20_000) {
      for (const limit = Date.now() + limitMs; ; await pause(10)) {
        const served = await get('/sim/served');
        if (served.open === 0) return served;
        if (Date.now() > limit) throw new Error(`the provider still answers: ${JSON.stringify(served)}`);
      }
    },
  };
}

export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// Until `check()` holds; fails with `what` when the time is up.
export async function until(check, what, limitMs = 10_000) {
  for (const limit = Date.now() + limitMs; !(await check()); await pause(5)) {
    if (Date.now() > limit) throw new Error(`not in ${limitMs} ms: ${what}`);
  }
}

// Rows of a Parley's database, read from outside.
export function rows(folder, sql) {
  const out = execFileSync('sqlite3', ['-readonly', '-json', '-cmd', '.timeout 5000', join(folder, 'parley.db'), sql],
    { encoding: 'utf8', maxBuffer: 256 << 20 });
  return out.trim() ? JSON.parse(out) : [];
}

// A program that looks at something all the time from outside; `end()` resolves with what it says in its last line.
async function watcher(command, args) {
  let last;
  const started = await start(command, args, {
    from: 'stdout',
    ready: (line) => {
      last = line;
      return line === 'ready' ? true : undefined;
    },
  });
  return {
    async end() {
      await started.stop();
      return JSON.parse(last);
    },
  };
}

// Reads the accounts in the database of a server (tests/budget_watch.py), or asks one for a user's (tests/budget_poll.mjs).
export const watchAccounts = (folder) => watcher('python3', [join(root, 'tests/budget_watch.py'), join(folder, 'parley.db')]);
export const pollBudget = (server, token, limit) => watcher(process.execPath, [join(root, 'tests/budget_poll.mjs'), server.url, token, limit]);

export function tomlOf(sections) {
  const value = (v) => (typeof v === 'object' && !Array.isArray(v)
    ? `{ ${Object.entries(v).map(([k, x]) => `${k} = ${value(x)}`).join(', ')} }` : JSON.stringify(v));
  return Object.entries(sections)
    .map(([name, members]) => `[${name}]\n${Object.entries(members).map(([k, v]) => `${k} = ${value(v)}`).join('\n')}\n`)
    .join('\n');
}

// A `parley serve` in `folder` with the simulated provider as "sim" and its model "sim", that limits nobody: one machine's
// clients are many here. `sections` are merged into the configuration. A restart in the same folder goes on with its database.
export async function startParley({ folder = scratch(), sim, sections = {}, env = {} } = {}) {
  const secretFile = join(folder, 'jwt.secret');
  try {
    readFileSync(secretFile);
  } catch {
    writeFileSync(secretFile, randomBytes(32).toString('hex'), { mode: 0o600 });
  }
  const configuration = {
    server: { listen: '127.0.0.1:0', connections_per_address: 0 },
    limits: { address: 'none', failed_logins: 0, refusals: 0 },
    'tiers.default': { requests: 'none', max_turns: 0, max_streams: 0 },
    auth: { issuer: 'test', audience: 'parley', hs256_secret: { file: 'jwt.secret' } },
    store: { path: 'parley.db' },
    ...(sim ? { 'providers.sim': { base_url: `${sim.url}/v1` }, 'models.sim': { provider: 'sim', context_window: 100000 } } : {}),
  };
  for (const [name, members] of Object.entries(sections)) configuration[name] = { ...configuration[name], ...members };
  const config = join(folder, 'parley.toml');
  writeFileSync(config, tomlOf(configuration));
  const log = join(folder, 'parley.log');
  const server = await start(parley, ['serve', '--config', config], {
    from: 'stderr',
    log,
    env,
    ready: (line) => {
      try {
        const event = JSON.parse(line);
        return event.event === 'serving' ? event : undefined;
      } catch {
        return undefined;
      }
    },
  });
  const url = `http://127.0.0.1:${server.value.port}`;
  const token = (sub = 'ann', ...more) =>
    execFileSync(parley, ['token', '--config', config, '--sub', sub, ...more], { encoding: 'utf8' }).trim();
  const anns = token();
  return {
    ...server,
    folder,
    config,
    url,
    wsUrl: `${url.replace('http', 'ws')}/graphql`,
    token,
    log: () => readFileSync(log, 'utf8'),
    // A GraphQL operation over HTTP: the whole reply.
    async graphql(query, variables, { token: asked = anns, headers = {} } = {}) {
      const reply = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${asked}`, ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return { status: reply.status, headers: reply.headers, ...(await reply.json()) };
    },
  };
}

let passed = 0;
let failed = 0;

// One named test with a time limit.
export async function test(name, fn, limitMs = 60_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([fn(), late]);
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n${String(error?.stack ?? error).replace(/^/gm, '    ')}`);
  } finally {
    clearTimeout(timer);
  }
}

// Ends what was started and prints the counts; the script's last statement.
export async function finish() {
  const all = [...children];
  for (const child of all) child.kill('SIGTERM');
  const limit = setTimeout(() => all.forEach((child) => child.kill('SIGKILL')), 15_000);
  await Promise.all(all.map((child) => (child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null)));
  clearTimeout(limit);
  for (const folder of folders) {
    if (failed === 0) rmSync(folder, { recursive: true, force: true });
    else console.log(`settings, database and log are kept in ${folder}`);
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

// Names what a check is about in its message, which node:assert does not do for plain conditions.
export function must(condition, message) {
  if (!condition) throw new Error(message);
}
