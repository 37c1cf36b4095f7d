// Source text to lexical tokens (specification of September 2025, section 2.1). Used by the parser alone, one
// lexer a document.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "graphql/ast.h"
#include "graphql/error.h"

namespace parley::graphql {

enum class TokenKind : std::uint8_t {
  kEnd,
  kBang,
  kDollar,
  kAmp,
  kParenLeft,
  kParenRight,
  kSpread,
  kColon,
  kEquals,
  kAt,
  kBracketLeft,
  kBracketRight,
  kBraceLeft,
  kPipe,
  kBraceRight,
  kName,
  kInt,
  kFloat,
  kString,
  kBlockString,
  // There is no token: the text is wrong, or the parser has given up.
  kFailed
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Position at = 0;
  // A name, a number as it is written, a string's value. Empty for the others.
  std::string_view text{};
};

// As error messages name it: `"{"`, `Name`, `<EOF>`.
std::string_view describe(TokenKind kind);
// With its text where it has one: `Name "foo"`.
std::string describe(const Token& token);

// "Syntax Error: " and the description. The code is GRAPHQL_PARSE_FAILED, or QUERY_TOO_COMPLEX where a limit
// was passed.
GraphqlError syntax_error(const Document& document, Position at, std::string_view description,
                          std::string_view code = "GRAPHQL_PARSE_FAILED");

class Lexer {
 public:
  // The document's source is well-formed UTF-8. Strings with escapes are kept in the document, which outlives
  // the lexer.
  explicit Lexer(Document& document)
      : document_(document), begin_(document.source().data()), end_(begin_ + document.source().size()) {}

  // The next token: kEnd for ever at the end; kFailed where the text is no token, and then error() says why.
  Token next();
  const std::optional<GraphqlError>& error() const { return error_; }

 private:
  void skip_ignored();
  Token punctuator(TokenKind kind, std::uint32_t length);
  Token name();
  Token number();
  // At a digit, past all of them; false and an error where there is none.
  bool digits();
  Token string();
  // Reads the escape at at_ into the value; false and an error where it is none.
  bool escape(std::string& value);
  bool unicode_escape(std::string& value);
  bool braced_escape(std::string& value);
  Token block_string();
  Token fail(const char* where, std::string_view description);
  Token fail_with_character(const char* where, std::string_view description);
  // The character for an error message: `"x"`, `U+00E9`, `<EOF>`.
  std::string show(const char* where) const;

  Position position(const char* where) const { return static_cast<Position>(where - begin_); }
  // Whether the text goes on like that at at_ + offset. The source ends with a NUL, which no `text` holds.
  bool ahead(std::size_t offset, std::string_view text) const;

  Document& document_;
  const char* begin_;
  const char* end_;
  const char* at_ = begin_;
  std::optional<GraphqlError> error_{};
};

}  // namespace parley::graphql
