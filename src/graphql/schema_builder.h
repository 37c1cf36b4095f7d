// Makes a Schema of its syntax tree; no one but Schema::make() uses it. The document has passed sdl_rules.h:
// names are unique and known, extensions fit what they extend, directives stand where they may.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/ast.h"
#include "graphql/error.h"
#include "graphql/schema.h"
#include "graphql/schema_source.h"

namespace parley::graphql {

class SchemaBuilder {
 public:
  using Scalars = std::map<std::string, ScalarRules, std::less<>>;

  SchemaBuilder(DocumentPtr document, Scalars scalars);

  [[nodiscard]] std::expected<SchemaPtr, std::vector<GraphqlError>> build();

 private:
  // Empty types by their names, and all references to them.
  void make_types();
  void make_type(const TypeDefinition& definition, bool built_in, int lists);
  void fill(NamedType& type, const TypeSource& source);
  void fill_directives();
  DirectiveType directive(const DirectiveDefinition& definition);
  void fill_meta_fields();
  FieldType field(const FieldDefinition& definition);
  InputValue input_value(const InputValueDefinition& definition);
  std::vector<InputValue> input_values(const std::vector<InputValueDefinition>& definitions);
  std::optional<std::string> directive_text(const std::vector<Directive>& directives,
                                            std::string_view directive, std::string_view argument,
                                            std::string_view otherwise);
  std::optional<Deprecation> deprecation(const std::vector<Directive>& directives);
  int cost(const TypeRef& type, const std::vector<Directive>& directives);
  // In the order in which the reference implementation comes to them; types that nothing refers to are
  // dropped.
  void order_types();
  void find_roots();
  void find_subtypes();
  void index_members();
  void coerce_defaults();

  DocumentPtr document_;
  std::shared_ptr<Schema> schema_;
  Scalars scalars_;
  SchemaSource source_;
  SchemaSource built_in_;
  std::vector<std::unique_ptr<NamedType>> made_{};
  std::vector<GraphqlError> errors_{};
};

}  // namespace parley::graphql
