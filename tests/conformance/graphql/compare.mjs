// See run. Every request is one test; the last line of the output counts them.
import { readFileSync } from 'node:fs';
import { getIntrospectionQuery, parse, print } from 'graphql';
import { petDocuments, syntaxDocuments } from './documents.mjs';
import { Engine } from './engine.mjs';
import { Generator } from './generate.mjs';
import { mutate } from './mutate.mjs';
import { Random } from './random.mjs';
import { reference, schemaOf } from './reference.mjs';
import * as schemas from './schemas.mjs';

const SEED = Number(process.argv[2] ?? 20250901);
const SCALE = Number(process.env.GRAPHQL_SCALE ?? 1);
const SHOWN = Number(process.env.GRAPHQL_SHOWN ?? 5);
const engine = new Engine(process.env.GRAPHQL_DRIVER);
const totals = new Map();

// ---- comparing

// An error as it is compared, and a complaint about one without a code.
function stripped(errors) {
  return errors.map(({ extensions, ...error }) => (extensions?.code ? error : { ...error, no_code: true }));
}

function comparable(answer) {
  const { stage, errors, response, ...rest } = answer;
  const same = { ...rest };
  if (stage) same.stage = stage === 'operation' || stage === 'variables' ? 'refused' : stage;
  if (errors) same.errors = errors;
  if (Array.isArray(response)) same.responses = response.map(ordered);
  else if (response && !('data' in response)) Object.assign(same, { stage: 'refused', errors: response.errors });
  else if (response) same.response = ordered(response);
  return same;
}

// The order of errors of an execution is not specified.
function ordered({ data, errors }) {
  const texts = (errors ?? []).map((error) => JSON.stringify(canonical(error))).sort();
  return { data, errors: texts };
}

function canonical({ message, locations, path, ...rest }) {
  return { message, locations, path, ...rest };
}

// The engine refuses more schemas: those with operations in them, which mean nothing there; those with a default value
// that is not one of its type, as the specification of September 2025 demands (the reference implementation takes it for
// none, and says of an input that is required without it what it says of those); and a @cost that is no number. Some
// schemas the reference implementation does not judge but throws at. The order of a schema's errors is not compared.
function alignSchema(want, got, sdl) {
  let executable = false;
  try {
    executable = parse(sdl).definitions.some(({ kind }) => /^(Operation|Fragment)Definition$/.test(kind));
  } catch {
    // Both say so.
  }
  const stricter = executable
    ? /^A schema holds type system definitions only\.$/
    : /has an invalid default value|^OneOf input field .* cannot have a default value\.$|^Argument "weight" has invalid/;
  const refused = got.errors?.some(({ message }) => stricter.test(message));
  if (got.errors && (executable ? refused : schemaOf(sdl).thrown || (refused && want.schema))) {
    delete want.schema;
    want.errors = got.errors;
  }
  const aside = ({ message }) => stricter.test(message) || /^Required .* cannot be deprecated\.$/.test(message);
  const order = (x, y) => (JSON.stringify(canonical(x)) < JSON.stringify(canonical(y)) ? -1 : 1);
  for (const answer of [want, got]) {
    if (answer.errors?.length > 1) answer.errors = answer.errors.filter((error) => !aside(error)).sort(order);
  }
}

function withCodes(answer) {
  const strip = (response) => (response.errors ? { ...response, errors: stripped(response.errors) } : response);
  const out = { ...answer };
  if (out.errors) out.errors = stripped(out.errors);
  if (Array.isArray(out.response)) out.response = out.response.map(strip);
  else if (out.response) out.response = strip(out.response);
  return out;
}

function text(answer) {
  const { errors, ...rest } = comparable(answer);
  return JSON.stringify({ stage: rest.stage, errors: errors?.map(canonical), ...rest }, null, 1);
}

// Checks run while the next ones are made; so many at a time.
const running = new Set();

async function check(group, request) {
  const total = totals.get(group) ?? { passed: 0, failed: 0, stages: {} };
  totals.set(group, total);
  const done = judge(group, request, total)
    .catch((error) => {
      if (total.failed++ < SHOWN) console.log(`---- ${group}: ${JSON.stringify(request)}\n`, error);
    })
    .finally(() => running.delete(done));
  running.add(done);
  if (running.size >= 64) await Promise.race(running);
}

async function judge(group, request, total) {
  const asked = engine.ask(request);
  const want = await reference(request).catch((error) => error);
  const got = withCodes(await asked);
  if (want instanceof Error) throw new Error('the reference implementation threw', { cause: want });
  const stage = want.stage ?? (want.errors ? 'bad schema' : 'schema');
  total.stages[stage] = (total.stages[stage] ?? 0) + 1;
  if (request.document === undefined) alignSchema(want, got, request.sdl);
  const [a, b] = [text(want), text(got)];
  if (a === b) {
    ++total.passed;
    return;
  }
  if (total.failed++ < SHOWN) show(group, request, a, b);
}

function show(group, { sdl, ...request }, want, got) {
  const [wanted, given] = [want.split('\n'), got.split('\n')];
  let i = 0;
  while (i < wanted.length && wanted[i] === given[i]) ++i;
  console.log(`---- ${group}: ${request.document ?? sdl}`);
  const { document, ...rest } = request;
  if (Object.keys(rest).length > 0) console.log(`with ${JSON.stringify(rest).slice(0, 3000)}`);
  const excerpt = (lines) => lines.slice(Math.max(0, i - 6), i + 8).join('\n');
  console.log(`reference:\n${excerpt(wanted)}\nengine:\n${excerpt(given)}`);
}

// ---- what is compared

async function handwritten() {
  for (const document of petDocuments) {
    const request = { sdl: schemas.pets, document, rootValue: {}, events: [{ newMessage: { body: 'hello' } }] };
    await check('documents', request);
    await check('documents', { ...request, introspection: false });
  }
  for (const document of [...syntaxDocuments, ...petDocuments]) await check('syntax', { sdl: schemas.small, document });
  for (const document of syntaxDocuments) {
    for (let i = 0; i <= document.length; i += 3) {
      await check('cut off', { sdl: schemas.small, document: document.slice(0, i).toWellFormed() });
    }
  }
}

async function schemaDocuments() {
  const sdls = readFileSync(new URL('documents/schemas.txt', import.meta.url), 'utf8').split(/^----.*\n/m);
  for (const sdl of [...Object.values(schemas), ...sdls, ...syntaxDocuments]) await check('schemas', { sdl });
  const random = new Random(SEED ^ 0x5c4e);
  for (let i = 0; i < 600 * SCALE; ++i) {
    const sdl = random.pick(random.chance(0.6) ? Object.values(schemas) : sdls);
    await check('mutated schemas', { sdl: mutate(random, sdl, sdl.match(/[_A-Za-z]\w*/g)) });
  }
}

async function introspection() {
  for (const sdl of Object.values(schemas)) {
    for (const options of [{}, { descriptions: false }, { inputValueDeprecation: true, specifiedByUrl: true,
      directiveIsRepeatable: true, schemaDescription: true, oneOf: true }]) {
      await check('introspection', { sdl, document: getIntrospectionQuery(options) });
    }
    for (const name of Object.keys(schemaOf(sdl).schema.getTypeMap())) {
      const document = `query ($name: String!) { __type(name: $name) { kind name description fields(includeDeprecated: true) {
        name isDeprecated deprecationReason args(includeDeprecated: true) { name defaultValue type { name kind ofType { name } } } }
        interfaces { name } possibleTypes { name } enumValues { name } inputFields { name defaultValue } isOneOf specifiedByURL } }`;
      await check('introspection', { sdl, document, variables: { name } });
    }
  }
}

async function generated() {
  const random = new Random(SEED);
  for (const [name, sdl] of Object.entries(schemas)) {
    const { schema } = schemaOf(sdl);
    const generator = new Generator(random, schema);
    const names = [...new Set(sdl.match(/[_A-Za-z]\w*/g))];
    for (let i = 0; i < 500 * SCALE; ++i) {
      const document = generator.document();
      const resolvers = random.pick(['default', 'plain', 'batch']);
      await check(`generated for ${name}`, data(generator, { sdl, document, resolvers }));
      await check(`printed for ${name}`, { sdl, document: print(parse(document)), rootValue: {}, events: [{}] });
      for (let n = 0; n < 3; ++n) {
        await check(`mutated for ${name}`, { sdl, document: mutate(random, document, names), rootValue: {}, events: [{}] });
      }
    }
  }
}

// Adds variables and a root value that fit the document.
function data(generator, request) {
  const document = parse(request.document);
  const operation = generator.random.pick(document.definitions.filter(({ kind }) => kind === 'OperationDefinition'));
  const root = generator.schema.getRootType(operation.operation);
  const full = { ...request, operationName: operation.name?.value, variables: generator.variables(document) };
  if (operation.operation === 'subscription') {
    return { ...full, resolvers: full.resolvers === 'default' ? 'plain' : full.resolvers,
      events: [generator.object(root, 4), generator.object(root, 4)] };
  }
  const defaults = full.resolvers === 'default';
  const value = generator.object(root, 5);
  return { ...full, rootValue: defaults ? withoutMarks(value, true) : value };
}

// Without resolvers, only the root's members can fail.
function withoutMarks(value, root = false) {
  if (Array.isArray(value)) return value.map((item) => withoutMarks(item));
  if (value === null || typeof value !== 'object') return value;
  if (!root && (value.__error !== undefined || value.__arguments)) return null;
  const members = Object.entries(value).map(([key, member]) => {
    const marked = member?.__error !== undefined || member?.__arguments;
    return [key, root && marked ? member : withoutMarks(member)];
  });
  return Object.fromEntries(members);
}

async function operations() {
  const sdl = schemas.outputs;
  const document = 'query A { int } query B { string } mutation C { third(choice: {int: 1}) }';
  for (const operationName of ['A', 'B', 'C', 'D', undefined]) {
    await check('operations', { sdl, document, operationName, rootValue: { int: 1, string: 'x', third: 3 } });
  }
  await check('operations', { sdl, document: 'fragment F on Query { int }' });
}

const groups = { handwritten, schemaDocuments, introspection, operations, generated };
const chosen = (process.env.GRAPHQL_GROUPS ?? Object.keys(groups).join()).split(',');
const began = Date.now();
try {
  for (const group of chosen) await groups[group]();
  await Promise.all(running);
} catch (error) {
  console.log(error);
  totals.set('harness', { passed: 0, failed: 1, stages: {} });
}
if ((await engine.end()) !== 0) totals.set('engine', { passed: 0, failed: 1, stages: {} });
let passed = 0;
let failed = 0;
for (const [group, total] of totals) {
  const stages = Object.entries(total.stages).map(([stage, count]) => `${count} ${stage}`);
  console.log(`${group}: ${total.passed} passed, ${total.failed} failed (${stages.join(', ')})`);
  passed += total.passed;
  failed += total.failed;
}
console.log(`seed ${SEED}, ${((Date.now() - began) / 1000).toFixed(1)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
