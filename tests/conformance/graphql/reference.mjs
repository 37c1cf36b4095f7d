// The reference implementation's answer to a request of graphql_driver.cc.
//
// It is at the specification before September 2025 in three places, where its own next version (17) follows: those rules
// are put in here, so that the comparison is with the current specification.
import {
  GraphQLError, buildASTSchema, execute, getNamedType, parse, print, printSchema, specifiedRules, subscribe, validate,
  validateSchema, valueFromASTUntyped, visit, NoSchemaIntrospectionCustomRule, SingleFieldSubscriptionsRule, VariablesInAllowedPositionRule,
} from 'graphql';
import { createRequire } from 'node:module';

// Not exported, and the one way to all errors of a schema's document.
const { validateSDL } = createRequire(import.meta.url)('graphql/validation/validate.js');

// 5.2.1.1
function KnownOperationTypes(context) {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation)) return;
      const message = `The ${node.operation} operation is not supported by the schema.`;
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}

// 5.2.4.1: no @skip or @include on a subscription's root.
function SingleFieldSubscriptions(context) {
  const original = SingleFieldSubscriptionsRule(context);
  return {
    OperationDefinition(node) {
      const root = context.getSchema().getSubscriptionType();
      if (node.operation !== 'subscription' || !root) return;
      const forbidden = [];
      forbiddenDirectives(context, root, node.selectionSet, new Set(), forbidden);
      if (forbidden.length === 0) return original.OperationDefinition(node);
      const name = node.name ? `Subscription "${node.name.value}"` : 'Anonymous Subscription';
      const message = `${name} must not use \`@skip\` or \`@include\` directives in the top level selection.`;
      context.reportError(new GraphQLError(message, { nodes: forbidden }));
    },
  };
}

function forbiddenDirectives(context, root, selectionSet, visited, found) {
  const applies = (condition) => {
    if (!condition) return true;
    const schema = context.getSchema();
    const type = schema.getType(condition.name.value);
    return type === root || (type && 'resolveType' in type && schema.isSubType(type, root));
  };
  for (const selection of selectionSet.selections) {
    if (selection.kind === 'FragmentSpread' && visited.has(selection.name.value)) continue;
    const of = (name) => selection.directives.find((directive) => directive.name.value === name);
    const directive = of('skip') ?? of('include');
    if (directive) {
      found.push(directive);
    } else if (selection.kind === 'InlineFragment') {
      if (applies(selection.typeCondition)) forbiddenDirectives(context, root, selection.selectionSet, visited, found);
    } else if (selection.kind === 'FragmentSpread') {
      visited.add(selection.name.value);
      const fragment = context.getFragment(selection.name.value);
      if (fragment && applies(fragment.typeCondition)) {
        forbiddenDirectives(context, root, fragment.selectionSet, visited, found);
      }
    }
  }
}

// 5.8.5: a @oneOf input object is looked for behind non-null and list types too.
function VariablesInAllowedPosition(context) {
  const fields = new Set();
  visit(context.getDocument(), {
    ObjectField(node) {
      fields.add(node.value);
    },
  });
  const seen = Object.create(context, {
    getRecursiveVariableUsages: {
      value: (operation) =>
        context.getRecursiveVariableUsages(operation).map((usage) => ({
          ...usage,
          parentType: fields.has(usage.node) ? getNamedType(usage.parentType) : undefined,
        })),
    },
  });
  return VariablesInAllowedPositionRule(seen);
}

const rules = specifiedRules.map((rule) => {
  if (rule === SingleFieldSubscriptionsRule) return SingleFieldSubscriptions;
  if (rule === VariablesInAllowedPositionRule) return VariablesInAllowedPosition;
  return rule;
});
rules.splice(1, 0, KnownOperationTypes);

const schemas = new Map();

// { schema } or { errors }
export function schemaOf(sdl) {
  if (!schemas.has(sdl)) schemas.set(sdl, makeSchema(sdl));
  return schemas.get(sdl);
}

function makeSchema(sdl) {
  let document;
  try {
    document = parse(sdl);
  } catch (error) {
    return { errors: [error] };
  }
  const errors = validateSDL(document);
  if (errors.length > 0) return { errors };
  let schema;
  try {
    schema = buildASTSchema(document, { assumeValidSDL: true });
  } catch (error) {
    return { errors: [error], thrown: true };
  }
  const typeErrors = validateSchema(schema);
  if (typeErrors.length > 0) return { errors: typeErrors };
  const even = schema.getType('Even');
  if (even) {
    even.parseValue = parseEven;
    even.parseLiteral = (node) => {
      // A scalar with rules takes no enum value: JSON has none.
      if (node.kind === 'EnumValue') return undefined;
      return parseEven(valueFromASTUntyped(node));
    };
  }
  return { schema };
}

function parseEven(value) {
  if (!Number.isInteger(value)) throw new Error('it is not an integer');
  if (value % 2 !== 0) throw new Error('it is odd');
  return value;
}

function resolved(value, args) {
  if (Array.isArray(value)) return value.map((item) => resolved(item, args));
  if (value?.__error !== undefined) return new Error(value.__error);
  return value?.__arguments ? args : value;
}

const fieldResolver = (source, args, _context, info) => resolved(source?.[info.fieldName], args);

export async function reference(request) {
  const { schema, errors: schemaErrors } = schemaOf(request.sdl);
  if (schemaErrors) return { errors: plain(schemaErrors) };
  if (request.document === undefined) return { schema: printSchema(schema) };
  let document;
  try {
    document = parse(request.document);
  } catch (error) {
    return { stage: 'parse', errors: plain([error]) };
  }
  const answer = { print: print(document) };
  const extra = request.introspection === false ? [NoSchemaIntrospectionCustomRule] : [];
  const errors = validate(schema, document, [...rules, ...extra]);
  if (errors.length > 0) return { ...answer, stage: 'validate', errors: plain(errors) };
  const run = {
    schema, document, operationName: request.operationName, variableValues: request.variables ?? {}, fieldResolver,
  };
  const named = (definition) =>
    definition.kind === 'OperationDefinition' &&
    (!request.operationName || definition.name?.value === request.operationName);
  const subscription = document.definitions.find(named)?.operation === 'subscription';
  if (!subscription || request.events === undefined) {
    const result = await execute({ ...run, rootValue: request.rootValue });
    return outcome(answer, result);
  }
  const subscribeFieldResolver = async function* () {
    yield* request.events;
  };
  const stream = await subscribe({ ...run, subscribeFieldResolver });
  if (!(Symbol.asyncIterator in stream)) return outcome(answer, stream);
  const responses = [];
  for await (const response of stream) responses.push(written(response));
  return { ...answer, stage: 'execute', response: responses };
}

function outcome(answer, result) {
  if (result.data === undefined) return { ...answer, stage: 'refused', errors: plain(result.errors) };
  return { ...answer, stage: 'execute', response: written(result) };
}

function written(response) {
  const text = { data: response.data };
  if (response.errors) text.errors = plain(response.errors);
  return JSON.parse(JSON.stringify(text));
}

// Errors as they are compared: message, locations, path.
export function plain(errors) {
  return errors.map(({ message, locations, path }) => {
    const error = { message };
    if (locations?.length) error.locations = locations.map(({ line, column }) => ({ line, column }));
    if (path?.length) error.path = [...path];
    return error;
  });
}
