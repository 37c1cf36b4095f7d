// The rules of section 3: type system definitions and extensions.
#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "graphql/parser.h"

namespace parley::graphql {
namespace {

constexpr std::array<std::string_view, 20> kDirectiveLocations = {"QUERY",
                                                                  "MUTATION",
                                                                  "SUBSCRIPTION",
                                                                  "FIELD",
                                                                  "FRAGMENT_DEFINITION",
                                                                  "FRAGMENT_SPREAD",
                                                                  "INLINE_FRAGMENT",
                                                                  "VARIABLE_DEFINITION",
                                                                  "SCHEMA",
                                                                  "SCALAR",
                                                                  "OBJECT",
                                                                  "FIELD_DEFINITION",
                                                                  "ARGUMENT_DEFINITION",
                                                                  "INTERFACE",
                                                                  "UNION",
                                                                  "ENUM",
                                                                  "ENUM_VALUE",
                                                                  "INPUT_OBJECT",
                                                                  "INPUT_FIELD_DEFINITION",
                                                                  "DIRECTIVE_DEFINITION"};

struct TypeKeyword {
  std::string_view word;
  TypeKind kind;
};
constexpr std::array<TypeKeyword, 6> kTypeKeywords = {{{"scalar", TypeKind::kScalar},
                                                       {"type", TypeKind::kObject},
                                                       {"interface", TypeKind::kInterface},
                                                       {"union", TypeKind::kUnion},
                                                       {"enum", TypeKind::kEnum},
                                                       {"input", TypeKind::kInputObject}}};

const TypeKeyword* find_type_keyword(std::string_view word) {
  const auto* const found = std::ranges::find(kTypeKeywords, word, &TypeKeyword::word);
  return found == kTypeKeywords.end() ? nullptr : found;
}

}  // namespace

bool Parser::type_system_definition(std::string_view keyword) {
  if (keyword == "schema") {
    document_.definitions.emplace_back(schema(false));
  } else if (const TypeKeyword* found = find_type_keyword(keyword)) {
    document_.definitions.emplace_back(type(found->kind, false));
  } else if (keyword == "directive") {
    document_.definitions.emplace_back(directive_definition());
  } else {
    return false;
  }
  return true;
}

void Parser::extension() {
  const Token keyword = lookahead();
  if (failed()) return;
  if (keyword.kind == TokenKind::kName) {
    if (keyword.text == "schema") {
      document_.definitions.emplace_back(schema(true));
      return;
    }
    if (const TypeKeyword* found = find_type_keyword(keyword.text)) {
      document_.definitions.emplace_back(type(found->kind, true));
      return;
    }
  }
  unexpected(keyword);
}

SchemaDefinition Parser::schema(bool extension) {
  SchemaDefinition read{.at = token_.at, .extension = extension};
  if (extension) {
    expect_keyword("extend");
  } else {
    read.description = description();
  }
  expect_keyword("schema");
  read.directives = directives(Variables::kConstant);
  if (!extension || at(TokenKind::kBraceLeft)) {
    read.roots = many(TokenKind::kBraceLeft, [this] { return root_operation(); }, TokenKind::kBraceRight);
  }
  if (extension && read.directives.empty() && read.roots.empty()) unexpected(token_);
  return read;
}

RootOperation Parser::root_operation() {
  RootOperation read{.at = token_.at};
  read.type = operation_type();
  expect(TokenKind::kColon);
  read.name = name();
  return read;
}

TypeDefinition Parser::type(TypeKind kind, bool extension) {
  TypeDefinition read{.kind = kind, .at = token_.at, .extension = extension};
  if (extension) {
    expect_keyword("extend");
  } else {
    read.description = description();
  }
  advance();  // Past the keyword, which led here.
  read.name = name();
  const bool has_fields = kind == TypeKind::kObject || kind == TypeKind::kInterface;
  if (has_fields) read.interfaces = interfaces();
  read.directives = directives(Variables::kConstant);
  if (has_fields) {
    read.fields =
        optional_many(TokenKind::kBraceLeft, [this] { return field_definition(); }, TokenKind::kBraceRight);
  } else if (kind == TypeKind::kUnion) {
    read.members = union_members();
  } else if (kind == TypeKind::kEnum) {
    read.values =
        optional_many(TokenKind::kBraceLeft, [this] { return enum_value(); }, TokenKind::kBraceRight);
  } else if (kind == TypeKind::kInputObject) {
    read.input_fields =
        optional_many(TokenKind::kBraceLeft, [this] { return input_value(); }, TokenKind::kBraceRight);
  }
  const bool adds_nothing = read.interfaces.empty() && read.directives.empty() && read.fields.empty() &&
                            read.members.empty() && read.values.empty() && read.input_fields.empty();
  if (extension && adds_nothing) unexpected(token_);
  return read;
}

std::vector<Name> Parser::interfaces() {
  if (!accept_keyword("implements")) return {};
  return delimited(TokenKind::kAmp, [this] { return name(); });
}

std::vector<Name> Parser::union_members() {
  if (!accept(TokenKind::kEquals)) return {};
  return delimited(TokenKind::kPipe, [this] { return name(); });
}

FieldDefinition Parser::field_definition() {
  FieldDefinition read{.at = token_.at};
  read.description = description();
  read.name = name();
  read.arguments = argument_definitions();
  expect(TokenKind::kColon);
  read.type = type_reference();
  read.directives = directives(Variables::kConstant);
  return read;
}

std::vector<InputValueDefinition> Parser::argument_definitions() {
  return optional_many(TokenKind::kParenLeft, [this] { return input_value(); }, TokenKind::kParenRight);
}

InputValueDefinition Parser::input_value() {
  InputValueDefinition read{.at = token_.at};
  read.description = description();
  read.name = name();
  expect(TokenKind::kColon);
  read.type = type_reference();
  if (accept(TokenKind::kEquals)) read.default_value = value(Variables::kConstant);
  read.directives = directives(Variables::kConstant);
  return read;
}

EnumValueDefinition Parser::enum_value() {
  EnumValueDefinition read{.at = token_.at};
  read.description = description();
  if (token_.text == "true" || token_.text == "false" || token_.text == "null") {
    fail(token_.at, fmt::format("{} is reserved and cannot be used for an enum value.", describe(token_)));
  }
  read.name = name();
  read.directives = directives(Variables::kConstant);
  return read;
}

DirectiveDefinition Parser::directive_definition() {
  DirectiveDefinition read{.at = token_.at};
  read.description = description();
  expect_keyword("directive");
  expect(TokenKind::kAt);
  read.name = name();
  read.arguments = argument_definitions();
  read.repeatable = accept_keyword("repeatable");
  expect_keyword("on");
  read.locations = delimited(TokenKind::kPipe, [this] { return directive_location(); });
  return read;
}

Name Parser::directive_location() {
  const Token token = token_;
  const Name read = name();
  if (std::ranges::find(kDirectiveLocations, read.text) == kDirectiveLocations.end()) unexpected(token);
  return read;
}

}  // namespace parley::graphql
