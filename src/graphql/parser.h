// The recursive descent behind parse.h; no one else includes it. The rules and the order of their checks are
// the reference implementation's, so that the first error is the same one.
//
// After the first error the current token is kFailed for ever: nothing is accepted any more, every loop and
// rule ends, and what they return is thrown away.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "graphql/ast.h"
#include "graphql/lexer.h"
#include "graphql/parse.h"

namespace parley::graphql {

class Parser {
 public:
  Parser(Document& document, const ParseOptions& options);

  void document();
  Value lone_value();

  std::optional<GraphqlError>& error() { return error_; }

 private:
  // Whether values may hold variables.
  enum class Variables : std::uint8_t { kAllowed, kConstant };

  void definition();
  OperationDefinition operation();
  OperationType operation_type();
  VariableDefinition variable_definition();
  SelectionSet selection_set();
  Selection selection();
  Field field();
  Selection fragment();
  FragmentDefinition fragment_definition();
  Name fragment_name();
  Argument argument(Variables variables);
  Value value(Variables variables);
  Value list(Variables variables);
  Value object(Variables variables);
  Value variable();
  std::vector<Argument> arguments(Variables variables);
  std::vector<Directive> directives(Variables variables);
  TypeReference type_reference();

  // parse_type_system.cc
  bool type_system_definition(std::string_view keyword);
  void extension();
  SchemaDefinition schema(bool extension);
  RootOperation root_operation();
  TypeDefinition type(TypeKind kind, bool extension);
  std::vector<Name> interfaces();
  std::vector<Name> union_members();
  FieldDefinition field_definition();
  std::vector<InputValueDefinition> argument_definitions();
  InputValueDefinition input_value();
  EnumValueDefinition enum_value();
  DirectiveDefinition directive_definition();
  Name directive_location();

  std::optional<Description> description();
  bool at_description() const { return at(TokenKind::kString) || at(TokenKind::kBlockString); }
  Name name();

  bool at(TokenKind kind) const { return token_.kind == kind; }
  bool at_keyword(std::string_view word) const { return at(TokenKind::kName) && token_.text == word; }
  void advance();
  // The token after the current one.
  const Token& lookahead();
  bool accept(TokenKind kind);
  bool accept_keyword(std::string_view word);
  void expect(TokenKind kind);
  void expect_keyword(std::string_view word);
  void unexpected(const Token& token);
  void fail(Position at, std::string_view description, std::string_view code = "GRAPHQL_PARSE_FAILED");
  bool failed() const { return at(TokenKind::kFailed); }

  // One more level of what may nest; fails past the limit. leave() goes with each enter().
  void enter();
  void leave() { --depth_; }

  // `open`, then one or more of what `rule` reads, then `close`.
  template <class Rule>
  auto many(TokenKind open, Rule rule, TokenKind close) {
    std::vector<decltype(rule())> items;
    expect(open);
    if (failed()) return items;
    do {
      items.push_back(rule());
    } while (!failed() && !accept(close));
    return items;
  }
  // The same, or nothing where `open` is not there.
  template <class Rule>
  auto optional_many(TokenKind open, Rule rule, TokenKind close) {
    return at(open) ? many(open, rule, close) : std::vector<decltype(rule())>();
  }
  // One or more with `delimiter` between them, and perhaps before the first.
  template <class Rule>
  auto delimited(TokenKind delimiter, Rule rule) {
    std::vector<decltype(rule())> items;
    accept(delimiter);
    do {
      items.push_back(rule());
    } while (!failed() && accept(delimiter));
    return items;
  }

  Document& document_;
  const ParseOptions& options_;
  Lexer lexer_;
  Token token_{};
  std::optional<Token> ahead_{};
  std::size_t depth_ = 0;
  std::optional<GraphqlError> error_{};
};

}  // namespace parley::graphql
