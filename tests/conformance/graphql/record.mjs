// Writes src/graphql/testdata/reference.json: answers of the reference implementation that unit tests, which run under the
// sanitizers, compare with (reference_test.cc).
//   node tests/conformance/graphql/record.mjs
import { writeFileSync } from 'node:fs';
import { parse } from 'graphql';
import { petDocuments, syntaxDocuments } from './documents.mjs';
import { Generator } from './generate.mjs';
import { mutate } from './mutate.mjs';
import { Random } from './random.mjs';
import { reference, schemaOf } from './reference.mjs';
import * as schemas from './schemas.mjs';

// Without the one scalar that has rules, which the comparison's own driver knows.
const pets = schemas.pets.replaceAll('Even', 'Odd');
// Nor with a root type inside the data: the tests' resolvers are the root's.
const outputs = schemas.outputs.replaceAll('Even', 'Odd').replace('type Query implements Node', 'type Query');

// An error as a short text: `message @line:column line:column at a.0.b`.
function short({ message, locations = [], path }) {
  const at = locations.map(({ line, column }, i) => `${i ? ' ' : ' @'}${line}:${column}`).join('');
  return `${message}${at}${path ? ` at ${path.join('.')}` : ''}`;
}

async function judged(sdl, document) {
  const { stage, errors, print } = await reference({ sdl, document });
  const refused = stage === 'parse' || stage === 'validate';
  return { document, errors: refused ? errors.map(short) : [], ...(print === undefined ? {} : { print }) };
}

const random = new Random(20250901);
const generator = new Generator(random, schemaOf(outputs).schema);
const names = [...new Set(outputs.match(/[_A-Za-z]\w*/g))];
const documents = { pets: [], small: [], outputs: [] };
for (const document of petDocuments) documents.pets.push(await judged(pets, document));
for (const document of syntaxDocuments) documents.small.push(await judged(schemas.small, document));
const executions = [];
while (executions.length < 51) {
  const document = generator.document();
  documents.outputs.push(await judged(outputs, mutate(random, document, names)));
  const query = parse(document).definitions.filter(({ operation }) => operation === 'query');
  if (query.length !== 1 || parse(document).definitions.some(({ operation }) => operation && operation !== 'query')) continue;
  const request = { variables: generator.variables(parse(document)), rootValue: data(generator.object(generator.schema.getQueryType(), 2)) };
  const answer = await reference({ sdl: outputs, document, ...request });
  if (answer.stage !== 'execute' && answer.stage !== 'refused') continue;
  const { data: result, errors = [] } = answer.response ?? { errors: answer.errors };
  executions.push({ document, ...request, data: result ?? null, errors: errors.map(short) });
}

// Data without what only the driver's resolvers understand.
function data(value) {
  if (Array.isArray(value)) return value.map(data);
  if (value === null || typeof value !== 'object') return value;
  if (value.__error !== undefined || value.__arguments) return null;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, data(member)]));
}

// One case a line, so that a change of one is a change of one line.
const lines = (cases) => `[\n${cases.map((each) => JSON.stringify(each)).join(',\n')}\n]`;
const sections = [`"schemas": ${JSON.stringify({ pets, small: schemas.small, outputs })}`,
  ...Object.entries(documents).map(([name, cases]) => `"${name}": ${lines(cases)}`), `"executions": ${lines(executions)}`];
writeFileSync(new URL('../../../src/graphql/testdata/reference.json', import.meta.url), `{\n${sections.join(',\n')}\n}\n`);
