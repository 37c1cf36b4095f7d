#include "graphql/validate.h"

#include "graphql/rules/context.h"
#include "graphql/rules/executable_definitions.h"
#include "graphql/rules/fields_on_correct_type.h"
#include "graphql/rules/fragments_on_composite_types.h"
#include "graphql/rules/known_argument_names.h"
#include "graphql/rules/known_directives.h"
#include "graphql/rules/known_fragment_names.h"
#include "graphql/rules/known_operation_types.h"
#include "graphql/rules/known_type_names.h"
#include "graphql/rules/lone_anonymous_operation.h"
#include "graphql/rules/max_introspection_depth.h"
#include "graphql/rules/no_fragment_cycles.h"
#include "graphql/rules/no_schema_introspection.h"
#include "graphql/rules/no_undefined_variables.h"
#include "graphql/rules/no_unused_fragments.h"
#include "graphql/rules/no_unused_variables.h"
#include "graphql/rules/overlapping_fields.h"
#include "graphql/rules/possible_fragment_spreads.h"
#include "graphql/rules/provided_required_arguments.h"
#include "graphql/rules/scalar_leafs.h"
#include "graphql/rules/single_field_subscriptions.h"
#include "graphql/rules/unique_argument_names.h"
#include "graphql/rules/unique_directives_per_location.h"
#include "graphql/rules/unique_fragment_names.h"
#include "graphql/rules/unique_input_field_names.h"
#include "graphql/rules/unique_operation_names.h"
#include "graphql/rules/unique_variable_names.h"
#include "graphql/rules/values_of_correct_type.h"
#include "graphql/rules/variables_are_input_types.h"
#include "graphql/rules/variables_in_allowed_position.h"
#include "graphql/rules/walk.h"

namespace parley::graphql {

std::vector<GraphqlError> validate(const Schema& schema, const Document& document,
                                   const ValidateOptions& options) {
  using namespace rules;  // NOLINT(google-build-using-namespace): every rule is named right below
  Context context(schema, document, options);
  // In the order of the reference implementation, which decides the order of errors at one place.
  ExecutableDefinitions executable_definitions(context);
  KnownOperationTypes known_operation_types(context);
  UniqueOperationNames unique_operation_names(context);
  LoneAnonymousOperation lone_anonymous_operation(context);
  SingleFieldSubscriptions single_field_subscriptions(context);
  KnownTypeNames known_type_names(context);
  FragmentsOnCompositeTypes fragments_on_composite_types(context);
  VariablesAreInputTypes variables_are_input_types(context);
  ScalarLeafs scalar_leafs(context);
  FieldsOnCorrectType fields_on_correct_type(context);
  UniqueFragmentNames unique_fragment_names(context);
  KnownFragmentNames known_fragment_names(context);
  NoUnusedFragments no_unused_fragments(context);
  PossibleFragmentSpreads possible_fragment_spreads(context);
  NoFragmentCycles no_fragment_cycles(context);
  UniqueVariableNames unique_variable_names(context);
  NoUndefinedVariables no_undefined_variables(context);
  NoUnusedVariables no_unused_variables(context);
  KnownDirectives known_directives(context);
  UniqueDirectivesPerLocation unique_directives(context);
  KnownArgumentNames known_argument_names(context);
  UniqueArgumentNames unique_argument_names(context);
  ValuesOfCorrectType values_of_correct_type(context);
  ProvidedRequiredArguments provided_required_arguments(context);
  VariablesInAllowedPosition variables_in_allowed_position(context);
  OverlappingFields overlapping_fields(context);
  UniqueInputFieldNames unique_input_field_names(context);
  MaxIntrospectionDepth max_introspection_depth(context);
  NoSchemaIntrospection no_schema_introspection(context, options.introspection);
  Walk walk(context, context.types(), executable_definitions, known_operation_types, unique_operation_names,
            lone_anonymous_operation, single_field_subscriptions, known_type_names,
            fragments_on_composite_types, variables_are_input_types, scalar_leafs, fields_on_correct_type,
            unique_fragment_names, known_fragment_names, no_unused_fragments, possible_fragment_spreads,
            no_fragment_cycles, unique_variable_names, no_undefined_variables, no_unused_variables,
            known_directives, unique_directives, known_argument_names, unique_argument_names,
            values_of_correct_type, provided_required_arguments, variables_in_allowed_position,
            overlapping_fields, unique_input_field_names, max_introspection_depth, no_schema_introspection);
  walk.document(document);
  return context.take_errors();
}

}  // namespace parley::graphql
