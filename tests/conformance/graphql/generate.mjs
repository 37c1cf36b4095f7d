// Documents, variables and data made at random from a schema. Most documents are valid.
import {
  getNamedType, isAbstractType, isCompositeType, isEnumType, isInputObjectType, isLeafType, isListType, isNonNullType,
} from 'graphql';

const STRINGS = ['', 'a', 'two words', 'ünï', '☃ and 🙂', 'line\nbreak', 'quote " and \\', '\u0007', '12'];

export class Generator {
  #variables;
  #fragments;
  #aliases;
  // Whether the document should be valid; the others have conflicts, cycles and bad values more often.
  #tidy;
  // Whether a literal without variables is being made.
  #constant = false;

  constructor(random, schema) {
    this.random = random;
    this.schema = schema;
  }

  document() {
    const { random } = this;
    const definitions = [];
    this.#fragments = [];
    this.#tidy = random.chance(0.7);
    const operations = random.chance(0.15) ? 2 : 1;
    for (let i = 0; i < operations; ++i) definitions.push(this.#operation(operations > 1 ? `Op${i}` : null));
    for (const fragment of this.#fragments) definitions.push(fragment.text);
    if (random.chance(0.2)) definitions.reverse();
    return definitions.join('\n\n');
  }

  #operation(name) {
    const { random, schema } = this;
    this.#variables = new Map();
    this.#aliases = 0;
    const types = ['query', 'query', 'query'];
    if (schema.getMutationType()) types.push('mutation');
    if (schema.getSubscriptionType()) types.push('subscription');
    const type = random.pick(types);
    const body = this.#selections(schema.getRootType(type), 4, type === 'subscription');
    const directives = random.chance(this.#tidy ? 0 : 0.1) ? ' @onQuery' : '';
    const variables = [...this.#variables].map(([key, { type: of, text }]) => `$${key}: ${of}${text}`);
    if (!name && variables.length === 0 && type === 'query' && directives === '' && random.chance(0.5)) return body;
    name ??= random.chance(0.5) ? 'Name' : '';
    return `${type} ${name}${variables.length ? `(${variables.join(', ')})` : ''}${directives} ${body}`;
  }

  #selections(type, depth, single = false) {
    const { random } = this;
    const indent = '  '.repeat(5 - depth);
    const lines = [];
    const count = single ? 1 : 1 + random.below(4);
    for (let i = 0; i < count; ++i) {
      const choice = random.next();
      if (choice < 0.12 && depth > 0 && !single) {
        lines.push(this.#inlineFragment(type, depth));
      } else if (choice < 0.24 && depth > 0) {
        lines.push(this.#spread(type, depth, single));
      } else {
        lines.push(this.#field(type, depth, single));
      }
    }
    return `{\n${lines.map((line) => `${indent}  ${line}\n`).join('')}${indent}}`;
  }

  #field(type, depth, single) {
    const { random } = this;
    const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
    const wanted = fields.filter((field) => depth > 0 || isLeafType(getNamedType(field.type)));
    if (wanted.length === 0 || (!single && random.chance(0.1))) return '__typename';
    const field = random.pick(wanted);
    const renamed = random.chance(0.25) || (this.#tidy && field.args.length > 0);
    const name = this.#tidy || random.chance(0.7) ? `a${++this.#aliases}` : random.pick(wanted).name;
    const alias = renamed ? `${name}: ` : '';
    const args = field.args
      .filter((arg) => (isNonNullType(arg.type) && arg.defaultValue === undefined) || random.chance(0.4))
      .map((arg) => `${arg.name}: ${this.#argument(arg.type)}`);
    const named = getNamedType(field.type);
    const body = isCompositeType(named) ? ` ${this.#selections(named, depth - 1)}` : '';
    const list = args.length ? `(${args.join(', ')})` : '';
    return `${alias}${field.name}${list}${single ? '' : this.#directives()}${body}`;
  }

  #directives() {
    const { random } = this;
    if (!random.chance(0.12)) return '';
    const condition = random.chance(0.5) ? this.#variable('Boolean!', 'flag') : random.pick(['true', 'false']);
    return ` @${random.pick(['skip', 'include'])}(if: ${condition})`;
  }

  #overlapping(type) {
    const { random, schema } = this;
    const types = Object.values(schema.getTypeMap()).filter((of) => isCompositeType(of) && !of.name.startsWith('__'));
    const possible = (of) => (isAbstractType(of) ? schema.getPossibleTypes(of) : [of]);
    const here = new Set(possible(type));
    const good = types.filter((of) => possible(of).some((object) => here.has(object)));
    return !this.#tidy && random.chance(0.15) ? random.pick(types) : random.pick(good.length > 0 ? good : [type]);
  }

  #inlineFragment(type, depth) {
    const condition = this.random.chance(0.2) ? null : this.#overlapping(type);
    const body = this.#selections(condition ?? type, depth - 1);
    return `...${condition ? ` on ${condition.name}` : ''}${this.#directives()} ${body}`;
  }

  #spread(type, depth, single) {
    const { random } = this;
    const known = this.#fragments.filter((fragment) => fragment.type === type && (!this.#tidy || fragment.text));
    if (known.length > 0 && random.chance(0.5)) return `...${random.pick(known).name}`;
    const of = single ? type : this.#overlapping(type);
    const fragment = { name: `F${this.#fragments.length}`, type: of, text: '' };
    this.#fragments.push(fragment);
    fragment.text = `fragment ${fragment.name} on ${of.name} ${this.#selections(of, depth - 1, single)}`;
    return `...${fragment.name}${single ? '' : this.#directives()}`;
  }

  // ---- input

  #argument(type) {
    if (this.random.chance(0.3)) return this.#variable(String(type), 'v');
    return this.literal(type, 3);
  }

  #variable(type, stem) {
    const { random } = this;
    for (const [name, known] of this.#variables) {
      if (known.type === type && random.chance(0.6)) return `$${name}`;
    }
    const name = `${stem}${this.#variables.size}`;
    if (!type.endsWith('!') && random.chance(0.2)) type += '!';
    else if (!this.#tidy && type.endsWith('!') && random.chance(0.2)) type = type.slice(0, -1);
    const inner = this.schema.getType(type.replace(/[![\]]/g, ''));
    const simple = !type.includes('[') && random.chance(0.2);
    this.#constant = true;
    this.#variables.set(name, { type, text: simple ? ` = ${this.#bare(inner, 2)}` : '' });
    this.#constant = false;
    return `$${name}`;
  }

  literal(type, depth, strict = false) {
    const { random } = this;
    if (isNonNullType(type)) return this.literal(type.ofType, depth, true);
    if (random.chance(0.06) && !(this.#tidy && strict)) return 'null';
    if (random.chance(this.#tidy ? 0.003 : 0.06)) return this.#odd();
    if (isListType(type)) {
      if (random.chance(0.15)) return this.literal(type.ofType, depth);
      return `[${this.#times(random.below(4), () => this.literal(type.ofType, depth - 1)).join(', ')}]`;
    }
    return this.#bare(type, depth);
  }

  #bare(type, depth) {
    const { random } = this;
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    if (isInputObjectType(type)) return this.#object(type, depth);
    switch (type.name) {
      case 'Int':
        return random.pick(['0', '-1', '7', '2147483647', '-2147483648', this.#tidy ? '12' : '2147483648']);
      case 'Float':
        return random.pick(['0', '1.5', '-2e3', '1E+2', '12345678901234567890']);
      case 'String':
        return this.#string();
      case 'Boolean':
        return random.pick(['true', 'false']);
      case 'ID':
        return random.pick(['"x"', '4', '-0', '""']);
      case 'Even':
        return random.pick(this.#tidy ? ['2', '-4'] : ['2', '7', '"x"', '1.5']);
      default:
        return random.pick(['1', '"s"', '{a: [1, 2.5], b: {c: null}}', '[]', 'ENUM', 'true']);
    }
  }

  #string() {
    const text = this.random.pick(STRINGS);
    if (this.random.chance(0.15)) return `"""\n    ${text.replace(/["\\\u0007]/g, '')}\n      more\n    """`;
    return JSON.stringify(text);
  }

  #object(type, depth) {
    const { random } = this;
    const fields = Object.values(type.getFields());
    if (type.isOneOf) {
      const field = random.pick(fields);
      const value = !this.#constant && random.chance(0.2) ? this.#variable(`${field.type}!`, 'o') : this.#given(field.type, depth);
      return this.#tidy || random.chance(0.8) ? `{${field.name}: ${value}}` : '{}';
    }
    const given = fields.filter(
      (field) => (isNonNullType(field.type) && field.defaultValue === undefined) || (depth > 0 && random.chance(0.5)),
    );
    return `{${given.map((field) => `${field.name}: ${this.#member(field.type, depth)}`).join(', ')}}`;
  }

  #given(type, depth) {
    return isListType(type) ? this.literal(type, depth - 1) : this.#bare(type, depth - 1);
  }

  #member(type, depth) {
    return !this.#constant && this.random.chance(0.12) ? this.#variable(String(type), 'f') : this.literal(type, depth - 1);
  }

  // A value of whatever type.
  #odd() {
    const values = ['1', '1.5', '"x"', 'true', 'NAME', '{}', '{x: 1}', '[]', '[[1]]', 'null'];
    return this.#constant || this.random.chance(0.9) ? this.random.pick(values) : '$nowhere';
  }

  #times(n, make) {
    return Array.from({ length: n }, make);
  }

  // ---- JSON: variables and data

  // The type as a document writes it.
  variable(type, depth = 3) {
    const { random } = this;
    if (type.endsWith('!')) return this.variable(type.slice(0, -1), depth);
    if (random.chance(0.08)) return null;
    if (random.chance(0.08)) return random.pick([1, 1.5, 'x', true, {}, { x: 1 }, [], [[1]], -7, 1e40]);
    if (type.startsWith('[')) {
      return this.#times(random.below(3), () => this.variable(type.slice(1, -1), depth - 1));
    }
    return this.#inputJson(this.schema.getType(type), depth);
  }

  #inputJson(type, depth) {
    const { random } = this;
    if (type === undefined) return 1;
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      if (type.isOneOf && random.chance(0.8)) {
        const field = random.pick(fields);
        return { [field.name]: this.variable(String(field.type), depth - 1) };
      }
      const given = fields.filter((field) => isNonNullType(field.type) || (depth > 0 && random.chance(0.5)));
      return Object.fromEntries(given.map((field) => [field.name, this.variable(String(field.type), depth - 1)]));
    }
    switch (type.name) {
      case 'Int':
        return random.pick([0, 3, -5, 2147483647, 2147483648]);
      case 'Float':
        return random.pick([0, 1.25, -3, 1e21]);
      case 'String':
        return random.pick(STRINGS);
      case 'Boolean':
        return random.chance(0.5);
      case 'ID':
        return random.pick(['id', 4, '']);
      case 'Even':
        return random.pick([2, 8, 3]);
      default:
        return random.pick([1, 'text', { a: [1, { b: null }] }, [1, [2]]]);
    }
  }

  variables(document) {
    const given = {};
    for (const definition of document.definitions) {
      for (const { variable, type } of definition.variableDefinitions ?? []) {
        const written = document.loc.source.body.slice(type.loc.start, type.loc.end);
        if (this.random.chance(0.92)) given[variable.name.value] = this.variable(written);
      }
    }
    return given;
  }

  // What a resolver may give for a field of this type: mostly right, sometimes null, an error or of another kind.
  data(type, depth) {
    const { random } = this;
    if (isNonNullType(type)) {
      return random.chance(0.03) ? this.#wrongData() : this.data(type.ofType, depth);
    }
    const choice = random.next();
    if (choice < 0.07) return null;
    if (choice < 0.1) return { __error: random.pick(['broken', 'went ü', 'no']) };
    if (choice < 0.13) return this.#wrongData();
    if (isListType(type)) return this.#times(random.below(4), () => this.data(type.ofType, depth - 1));
    if (isAbstractType(type)) {
      const object = random.pick(this.schema.getPossibleTypes(type));
      const tree = this.object(object, depth);
      if (random.chance(0.97)) tree.__typename = object.name;
      else if (random.chance(0.5)) tree.__typename = random.pick(['Nowhere', 'Query', type.name, 'String']);
      return tree;
    }
    if (isCompositeType(type)) return this.object(type, depth);
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    return this.#inputJson(type, 2);
  }

  #wrongData() {
    return this.random.pick([null, 1, 2.5, 'text', '', '5', true, [], [1], { a: 1 }, { __error: 'wrong' }, 1e100]);
  }

  object(type, depth) {
    const tree = {};
    for (const field of Object.values(type.getFields())) {
      if (depth <= 0 && isCompositeType(getNamedType(field.type))) continue;
      if (field.args.length > 0 && this.random.chance(0.5) && getNamedType(field.type).name === 'JSON') {
        tree[field.name] = { __arguments: true };
      } else {
        tree[field.name] = this.data(field.type, depth - 1);
      }
    }
    return tree;
  }
}
