#include "graphql/parse.h"

#include <limits>

#include <fmt/core.h>

#include "graphql/parser.h"
#include "graphql/text.h"

namespace parley::graphql {
namespace {

constexpr std::string_view kTooComplex = "QUERY_TOO_COMPLEX";

// What the lexer relies on.
std::optional<GraphqlError> unreadable(const Document& document) {
  const std::string& source = document.source();
  if (source.size() > std::numeric_limits<Position>::max()) {
    return GraphqlError{.message = "Syntax Error: Document is larger than 4 GiB. Parsing aborted.",
                        .extensions = {{"code", kTooComplex}}};
  }
  if (const auto at = find_invalid_utf8(source)) {
    return syntax_error(
        document, static_cast<Position>(*at),
        fmt::format("Invalid UTF-8: byte 0x{:02X}.", static_cast<unsigned char>(source[*at])));
  }
  return std::nullopt;
}

}  // namespace

std::expected<DocumentPtr, GraphqlError> parse(std::string source, const ParseOptions& options) {
  auto document = std::make_shared<Document>(std::move(source));
  if (auto error = unreadable(*document)) return std::unexpected(std::move(*error));
  Parser parser(*document, options);
  parser.document();
  if (parser.error()) return std::unexpected(std::move(*parser.error()));
  return document;
}

std::expected<ParsedValue, GraphqlError> parse_value(std::string source) {
  auto document = std::make_shared<Document>(std::move(source));
  if (auto error = unreadable(*document)) return std::unexpected(std::move(*error));
  const ParseOptions options;
  Parser parser(*document, options);
  Value value = parser.lone_value();
  if (parser.error()) return std::unexpected(std::move(*parser.error()));
  return ParsedValue{.document = std::move(document), .value = std::move(value)};
}

Parser::Parser(Document& document, const ParseOptions& options)
    : document_(document), options_(options), lexer_(document) {
  advance();
}

void Parser::document() {
  do {
    definition();
  } while (!failed() && !at(TokenKind::kEnd));
}

Value Parser::lone_value() {
  Value read = value(Variables::kConstant);
  expect(TokenKind::kEnd);
  return read;
}

// ---- tokens

void Parser::advance() {
  if (failed()) return;
  token_ = ahead_ ? *ahead_ : lexer_.next();
  ahead_.reset();
  if (failed()) {
    error_ = lexer_.error();
  } else if (!at(TokenKind::kEnd) && ++document_.tokens > options_.max_tokens) {
    fail(token_.at,
         fmt::format("Document contains more that {} tokens. Parsing aborted.", options_.max_tokens),
         kTooComplex);
  }
}

const Token& Parser::lookahead() {
  if (!ahead_) ahead_ = lexer_.next();
  if (ahead_->kind == TokenKind::kFailed && !failed()) {
    token_.kind = TokenKind::kFailed;
    error_ = lexer_.error();
  }
  return *ahead_;
}

bool Parser::accept(TokenKind kind) {
  if (!at(kind)) return false;
  advance();
  return true;
}

bool Parser::accept_keyword(std::string_view word) {
  if (!at_keyword(word)) return false;
  advance();
  return true;
}

void Parser::expect(TokenKind kind) {
  if (!accept(kind) && !failed()) {
    fail(token_.at, fmt::format("Expected {}, found {}.", describe(kind), describe(token_)));
  }
}

void Parser::expect_keyword(std::string_view word) {
  if (!accept_keyword(word) && !failed()) {
    fail(token_.at, fmt::format("Expected \"{}\", found {}.", word, describe(token_)));
  }
}

void Parser::unexpected(const Token& token) {
  if (!failed()) fail(token.at, fmt::format("Unexpected {}.", describe(token)));
}

void Parser::fail(Position at, std::string_view description, std::string_view code) {
  if (failed()) return;
  error_ = syntax_error(document_, at, description, code);
  token_.kind = TokenKind::kFailed;
}

void Parser::enter() {
  if (++depth_ > options_.max_depth) {
    fail(token_.at,
         fmt::format("Document is nested deeper than {} levels. Parsing aborted.", options_.max_depth),
         kTooComplex);
  }
}

Name Parser::name() {
  const Token token = token_;
  expect(TokenKind::kName);
  return {.text = token.text, .at = token.at};
}

std::optional<Description> Parser::description() {
  if (!at_description()) return std::nullopt;
  const Token token = token_;
  advance();
  return Description{.at = token.at, .text = token.text, .block = token.kind == TokenKind::kBlockString};
}

// ---- definitions

void Parser::definition() {
  if (at(TokenKind::kBraceLeft)) {
    document_.definitions.emplace_back(operation());
    return;
  }
  const bool described = at_description();
  const Token keyword = described ? lookahead() : token_;
  if (failed()) return;
  if (described && keyword.kind == TokenKind::kBraceLeft) {
    fail(token_.at, "Unexpected description, descriptions are not supported on shorthand queries.");
    return;
  }
  if (keyword.kind == TokenKind::kName) {
    if (type_system_definition(keyword.text)) return;
    if (keyword.text == "query" || keyword.text == "mutation" || keyword.text == "subscription") {
      document_.definitions.emplace_back(operation());
      return;
    }
    if (keyword.text == "fragment") {
      document_.definitions.emplace_back(fragment_definition());
      return;
    }
    if (described) {
      fail(token_.at, "Unexpected description, only GraphQL definitions support descriptions.");
      return;
    }
    if (keyword.text == "extend") {
      extension();
      return;
    }
  }
  unexpected(keyword);
}

OperationDefinition Parser::operation() {
  OperationDefinition read{.at = token_.at};
  if (at(TokenKind::kBraceLeft)) {
    read.shorthand = true;
    read.selection_set = selection_set();
    return read;
  }
  read.description = description();
  read.type = operation_type();
  if (at(TokenKind::kName)) read.name = name();
  read.variables =
      optional_many(TokenKind::kParenLeft, [this] { return variable_definition(); }, TokenKind::kParenRight);
  read.directives = directives(Variables::kAllowed);
  read.selection_set = selection_set();
  return read;
}

OperationType Parser::operation_type() {
  const Token token = token_;
  expect(TokenKind::kName);
  if (token.text == "query") return OperationType::kQuery;
  if (token.text == "mutation") return OperationType::kMutation;
  if (token.text == "subscription") return OperationType::kSubscription;
  unexpected(token);
  return OperationType::kQuery;
}

VariableDefinition Parser::variable_definition() {
  VariableDefinition read{.at = token_.at};
  read.description = description();
  expect(TokenKind::kDollar);
  read.name = name();
  expect(TokenKind::kColon);
  read.type = type_reference();
  if (accept(TokenKind::kEquals)) read.default_value = value(Variables::kConstant);
  read.directives = directives(Variables::kConstant);
  return read;
}

SelectionSet Parser::selection_set() {
  SelectionSet read{.at = token_.at};
  enter();
  read.selections = many(TokenKind::kBraceLeft, [this] { return selection(); }, TokenKind::kBraceRight);
  leave();
  return read;
}

Selection Parser::selection() {
  if (at(TokenKind::kSpread)) return fragment();
  return {.of = field()};
}

Field Parser::field() {
  Field read{.at = token_.at};
  read.name = name();
  if (accept(TokenKind::kColon)) {
    read.alias = read.name;
    read.name = name();
  }
  read.arguments = arguments(Variables::kAllowed);
  read.directives = directives(Variables::kAllowed);
  if (at(TokenKind::kBraceLeft)) read.selection_set = selection_set();
  return read;
}

Selection Parser::fragment() {
  const Position start = token_.at;
  expect(TokenKind::kSpread);
  const bool condition = accept_keyword("on");
  if (!condition && at(TokenKind::kName)) {
    FragmentSpread read{.at = start};
    read.name = fragment_name();
    read.directives = directives(Variables::kAllowed);
    return {.of = std::move(read)};
  }
  InlineFragment read{.at = start};
  if (condition) read.type_condition = name();
  read.directives = directives(Variables::kAllowed);
  read.selection_set = selection_set();
  return {.of = std::move(read)};
}

FragmentDefinition Parser::fragment_definition() {
  FragmentDefinition read{.at = token_.at};
  read.description = description();
  expect_keyword("fragment");
  read.name = fragment_name();
  expect_keyword("on");
  read.type_condition = name();
  read.directives = directives(Variables::kAllowed);
  read.selection_set = selection_set();
  return read;
}

Name Parser::fragment_name() {
  if (token_.text == "on") unexpected(token_);
  return name();
}

// ---- values

Value Parser::value(Variables variables) {
  const Token token = token_;
  Value read{.at = token.at, .text = token.text};
  switch (token.kind) {
    case TokenKind::kBracketLeft:
      return list(variables);
    case TokenKind::kBraceLeft:
      return object(variables);
    case TokenKind::kInt:
      read.kind = ValueKind::kInt;
      break;
    case TokenKind::kFloat:
      read.kind = ValueKind::kFloat;
      break;
    case TokenKind::kString:
    case TokenKind::kBlockString:
      read.kind = ValueKind::kString;
      read.block = token.kind == TokenKind::kBlockString;
      break;
    case TokenKind::kName:
      read.kind = token.text == "true" || token.text == "false" ? ValueKind::kBoolean
                  : token.text == "null"                        ? ValueKind::kNull
                                                                : ValueKind::kEnum;
      break;
    case TokenKind::kDollar:
      if (variables == Variables::kAllowed) return variable();
      advance();
      if (at(TokenKind::kName)) {
        fail(token.at, fmt::format("Unexpected variable \"${}\" in constant value.", token_.text));
      } else {
        unexpected(token);
      }
      return read;
    default:
      unexpected(token);
      return read;
  }
  advance();
  return read;
}

Value Parser::variable() {
  Value read{.kind = ValueKind::kVariable, .at = token_.at};
  expect(TokenKind::kDollar);
  read.text = name().text;
  return read;
}

Value Parser::list(Variables variables) {
  Value read{.kind = ValueKind::kList, .at = token_.at};
  enter();
  expect(TokenKind::kBracketLeft);
  while (!failed() && !accept(TokenKind::kBracketRight)) read.items.push_back(value(variables));
  leave();
  return read;
}

Value Parser::object(Variables variables) {
  Value read{.kind = ValueKind::kObject, .at = token_.at};
  enter();
  expect(TokenKind::kBraceLeft);
  while (!failed() && !accept(TokenKind::kBraceRight)) {
    ObjectField field{.name = name()};
    expect(TokenKind::kColon);
    field.value = value(variables);
    read.fields.push_back(std::move(field));
  }
  leave();
  return read;
}

Argument Parser::argument(Variables variables) {
  Argument read{.name = name()};
  expect(TokenKind::kColon);
  read.value = value(variables);
  return read;
}

std::vector<Argument> Parser::arguments(Variables variables) {
  return optional_many(
      TokenKind::kParenLeft, [this, variables] { return argument(variables); }, TokenKind::kParenRight);
}

std::vector<Directive> Parser::directives(Variables variables) {
  std::vector<Directive> read;
  while (at(TokenKind::kAt)) {
    Directive directive{.at = token_.at};
    advance();
    directive.name = name();
    directive.arguments = arguments(variables);
    read.push_back(std::move(directive));
  }
  return read;
}

// ---- types

TypeReference Parser::type_reference() {
  TypeReference read{.at = token_.at};
  if (at(TokenKind::kBracketLeft)) {
    enter();
    advance();
    read.kind = TypeReference::Kind::kList;
    if (!failed()) read.of = std::make_unique<TypeReference>(type_reference());
    expect(TokenKind::kBracketRight);
    leave();
  } else {
    read.name = name();
  }
  if (!accept(TokenKind::kBang)) return read;
  TypeReference outer{.kind = TypeReference::Kind::kNonNull, .at = read.at};
  outer.of = std::make_unique<TypeReference>(std::move(read));
  return outer;
}

}  // namespace parley::graphql
