// Asks a server `me { budget }` all the time, from a process of its own, until it is told to end: node budget_poll.mjs URL TOKEN LIMIT
//
// Prints `ready`, and at SIGTERM one line of JSON: {readings, reserved, together: the most of either that it saw, problems:
// readings that were over the limit, or where what was used had become less}.
import http from 'node:http';

const [url, token, limit] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });
const body = JSON.stringify({ query: '{ me { budget { used reserved } } }' });
const ask = () => new Promise((resolve, reject) => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'content-length': Buffer.byteLength(body) };
  const request = http.request(`${url}/graphql`, { method: 'POST', agent, headers }, (reply) => {
    let text = '';
    reply.on('data', (piece) => { text += piece; });
    reply.on('end', () => {
      try {
        resolve(JSON.parse(text).data.me.budget);
      } catch {
        reject(new Error(text));
      }
    });
  });
  request.on('error', reject);
  request.end(body);
});

let over = false;
process.on('SIGTERM', () => { over = true; });
const told = { readings: 0, reserved: 0, together: 0, problems: [] };
console.log('ready');
for (let before = 0; !over; await new Promise((resolve) => { setTimeout(resolve, 3); })) {
  try {
    const { used, reserved } = await ask();
    told.readings += 1;
    told.reserved = Math.max(told.reserved, reserved);
    told.together = Math.max(told.together, used + reserved);
    if (used + reserved > Number(limit)) told.problems.push(`${used} used and ${reserved} held back of ${limit}`);
    if (used < before) told.problems.push(`used went from ${before} to ${used}`);
    before = used;
  } catch (error) {
    told.problems.push(error.message);
  }
}
told.problems = told.problems.slice(0, 5);
console.log(JSON.stringify(told));
process.exit(0);
