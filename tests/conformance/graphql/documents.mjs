// Documents for the schema \`pets\`: the examples and counterexamples of section 5 of the specification, and one or more for
// each rule and each of its messages. Separated by lines of dashes.
import { readFileSync } from 'node:fs';

const read = (name) =>
  readFileSync(new URL(`documents/${name}`, import.meta.url), 'utf8').split(/^----.*\n/m).filter((text) => text.trim() !== '');

export const petDocuments = [...read('operations.txt'), ...read('fields.txt'), ...read('fragments.txt'),
  ...read('values.txt'), ...read('variables.txt'), ...read('directives.txt'), ...read('merging.txt')];
export const syntaxDocuments = read('syntax.txt');
