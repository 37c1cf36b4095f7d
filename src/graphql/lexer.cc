#include "graphql/lexer.h"

#include <array>

#include <fmt/core.h>

#include "graphql/block_string.h"
#include "graphql/text.h"

namespace parley::graphql {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

constexpr std::array<bool, 256> kNameContinue = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = true;
  table['_'] = true;
  return table;
}();

bool name_continue(char c) {
  return kNameContinue[static_cast<unsigned char>(c)];
}

// -1 where it is no hexadecimal digit.
int hex_digit(char c) {
  if (digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Four hexadecimal digits; -1 where one is none. Stops at the first such, so a NUL at the end is not passed.
int hex16(const char* at) {
  int code = 0;
  for (int i = 0; i < 4; ++i) {
    const int value = hex_digit(at[i]);
    if (value < 0) return -1;
    code = code * 16 + value;
  }
  return code;
}

bool scalar_value(std::int64_t code) {
  return (code >= 0 && code <= 0xD7FF) || (code >= 0xE000 && code <= 0x10FFFF);
}

}  // namespace

std::string_view describe(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEnd:
      return "<EOF>";
    case TokenKind::kBang:
      return "\"!\"";
    case TokenKind::kDollar:
      return "\"$\"";
    case TokenKind::kAmp:
      return "\"&\"";
    case TokenKind::kParenLeft:
      return "\"(\"";
    case TokenKind::kParenRight:
      return "\")\"";
    case TokenKind::kSpread:
      return "\"...\"";
    case TokenKind::kColon:
      return "\":\"";
    case TokenKind::kEquals:
      return "\"=\"";
    case TokenKind::kAt:
      return "\"@\"";
    case TokenKind::kBracketLeft:
      return "\"[\"";
    case TokenKind::kBracketRight:
      return "\"]\"";
    case TokenKind::kBraceLeft:
      return "\"{\"";
    case TokenKind::kPipe:
      return "\"|\"";
    case TokenKind::kBraceRight:
      return "\"}\"";
    case TokenKind::kName:
      return "Name";
    case TokenKind::kInt:
      return "Int";
    case TokenKind::kFloat:
      return "Float";
    case TokenKind::kString:
      return "String";
    case TokenKind::kBlockString:
      return "BlockString";
    case TokenKind::kFailed:
      break;
  }
  return "nothing";
}

std::string describe(const Token& token) {
  if (token.kind < TokenKind::kName || token.kind == TokenKind::kFailed) {
    return std::string(describe(token.kind));
  }
  return fmt::format("{} \"{}\"", describe(token.kind), token.text);
}

GraphqlError syntax_error(const Document& document, Position at, std::string_view description,
                          std::string_view code) {
  return {.message = fmt::format("Syntax Error: {}", description),
          .locations = {document.location(at)},
          .extensions = {{"code", code}}};
}

void Lexer::skip_ignored() {
  while (true) {
    switch (*at_) {
      case ' ':
      case '\t':
      case ',':
      case '\n':
      case '\r':
        ++at_;
        break;
      case '#':
        while (at_ != end_ && *at_ != '\n' && *at_ != '\r') ++at_;
        break;
      case '\xEF':
        if (!ahead(0, "\uFEFF")) return;
        at_ += 3;
        break;
      default:
        return;
    }
  }
}

Token Lexer::next() {
  skip_ignored();
  switch (*at_) {
    case '!':
      return punctuator(TokenKind::kBang, 1);
    case '$':
      return punctuator(TokenKind::kDollar, 1);
    case '&':
      return punctuator(TokenKind::kAmp, 1);
    case '(':
      return punctuator(TokenKind::kParenLeft, 1);
    case ')':
      return punctuator(TokenKind::kParenRight, 1);
    case '.':
      if (ahead(0, "...")) return punctuator(TokenKind::kSpread, 3);
      break;
    case ':':
      return punctuator(TokenKind::kColon, 1);
    case '=':
      return punctuator(TokenKind::kEquals, 1);
    case '@':
      return punctuator(TokenKind::kAt, 1);
    case '[':
      return punctuator(TokenKind::kBracketLeft, 1);
    case ']':
      return punctuator(TokenKind::kBracketRight, 1);
    case '{':
      return punctuator(TokenKind::kBraceLeft, 1);
    case '|':
      return punctuator(TokenKind::kPipe, 1);
    case '}':
      return punctuator(TokenKind::kBraceRight, 1);
    case '"':
      return ahead(0, R"(""")") ? block_string() : string();
    case '\'':
      return fail(at_, R"(Unexpected single quote character ('), did you mean to use a double quote (")?)");
    default:
      if (name_start(*at_)) return name();
      if (digit(*at_) || *at_ == '-') return number();
      if (at_ == end_) return punctuator(TokenKind::kEnd, 0);
      break;
  }
  return fail_with_character(at_, "Unexpected character");
}

bool Lexer::ahead(std::size_t offset, std::string_view text) const {
  return static_cast<std::size_t>(end_ - at_) >= offset + text.size() &&
         std::string_view(at_ + offset, text.size()) == text;
}

Token Lexer::punctuator(TokenKind kind, std::uint32_t length) {
  const Token token{.kind = kind, .at = position(at_)};
  at_ += length;
  return token;
}

Token Lexer::name() {
  const char* const start = at_;
  while (name_continue(*at_)) ++at_;
  return {.kind = TokenKind::kName, .at = position(start), .text = {start, at_}};
}

Token Lexer::number() {
  const char* const start = at_;
  TokenKind kind = TokenKind::kInt;
  if (*at_ == '-') ++at_;
  if (*at_ == '0') {
    ++at_;
    if (digit(*at_)) return fail_with_character(at_, "Invalid number, unexpected digit after 0");
  } else if (!digits()) {
    return {.kind = TokenKind::kFailed};
  }
  if (*at_ == '.') {
    kind = TokenKind::kFloat;
    ++at_;
    if (!digits()) return {.kind = TokenKind::kFailed};
  }
  if (*at_ == 'e' || *at_ == 'E') {
    kind = TokenKind::kFloat;
    ++at_;
    if (*at_ == '+' || *at_ == '-') ++at_;
    if (!digits()) return {.kind = TokenKind::kFailed};
  }
  if (*at_ == '.' || name_start(*at_)) {
    return fail_with_character(at_, "Invalid number, expected digit but got");
  }
  return {.kind = kind, .at = position(start), .text = {start, at_}};
}

bool Lexer::digits() {
  if (!digit(*at_)) {
    fail_with_character(at_, "Invalid number, expected digit but got");
    return false;
  }
  while (digit(*at_)) ++at_;
  return true;
}

Token Lexer::string() {
  const Position start = position(at_);
  const char* chunk = ++at_;
  std::string value;
  bool escaped = false;
  while (true) {
    if (*at_ == '"') {
      std::string_view text(chunk, at_);
      ++at_;
      if (escaped) text = document_.keep(value.append(text));
      return {.kind = TokenKind::kString, .at = start, .text = text};
    }
    if (*at_ == '\\') {
      escaped = true;
      value.append(chunk, at_);
      if (!escape(value)) return {.kind = TokenKind::kFailed};
      chunk = at_;
    } else if (*at_ == '\n' || *at_ == '\r' || at_ == end_) {
      return fail(at_, "Unterminated string.");
    } else {
      ++at_;
    }
  }
}

bool Lexer::escape(std::string& value) {
  // The last has no escape: a NUL.
  constexpr std::string_view kEscapes = R"("\/bfnrt)";
  constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  if (at_[1] == 'u') return at_[2] == '{' ? braced_escape(value) : unicode_escape(value);
  const std::size_t which = kEscapes.find(at_[1]);
  if (which == std::string_view::npos) {
    fail(at_, fmt::format("Invalid character escape sequence: \"{}\".", utf16_prefix({at_, end_}, 2)));
    return false;
  }
  value += kValues[which];
  at_ += 2;
  return true;
}

bool Lexer::unicode_escape(std::string& value) {
  const int code = hex16(at_ + 2);
  if (scalar_value(code)) {
    append_utf8(value, static_cast<char32_t>(code));
    at_ += 6;
    return true;
  }
  // JSON's way to write what is beyond U+FFFF: a pair of surrogates.
  if (code >= 0xD800 && code <= 0xDBFF && ahead(6, "\\u")) {
    const int trailing = hex16(at_ + 8);
    if (trailing >= 0xDC00 && trailing <= 0xDFFF) {
      append_utf8(value, static_cast<char32_t>(0x10000 + ((code - 0xD800) << 10) + (trailing - 0xDC00)));
      at_ += 12;
      return true;
    }
  }
  fail(at_, fmt::format("Invalid Unicode escape sequence: \"{}\".", utf16_prefix({at_, end_}, 6)));
  return false;
}

bool Lexer::braced_escape(std::string& value) {
  // `\u{` and at most eight digits.
  constexpr std::size_t kMaxLength = 12;
  std::int64_t point = 0;
  std::size_t length = 3;
  while (length < kMaxLength) {
    const char c = at_[length++];
    if (c == '}') {
      if (length < 5 || !scalar_value(point)) break;
      append_utf8(value, static_cast<char32_t>(point));
      at_ += length;
      return true;
    }
    const int digit = hex_digit(c);
    if (digit < 0) break;
    point = point * 16 + digit;
    // The reference implementation's accumulator has 32 bits with a sign, and stops when it turns negative.
    if (point > 0x7FFFFFFF) break;
  }
  fail(at_, fmt::format("Invalid Unicode escape sequence: \"{}\".", utf16_prefix({at_, end_}, length)));
  return false;
}

Token Lexer::block_string() {
  const Position start = position(at_);
  const char* const raw = at_ += 3;
  bool as_written = true;
  while (at_ != end_) {
    if (*at_ == '"' && ahead(0, R"(""")")) {
      std::string_view text(raw, at_);
      at_ += 3;
      // One line without escapes is its own value, unless it is blank.
      if (!as_written || text.find_first_not_of(" \t") == std::string_view::npos) {
        text = document_.keep(block_string_value(text));
      }
      return {.kind = TokenKind::kBlockString, .at = start, .text = text};
    }
    if (*at_ == '\\' && ahead(0, R"(\""")")) {
      as_written = false;
      at_ += 4;
    } else {
      if (*at_ == '\n' || *at_ == '\r') as_written = false;
      ++at_;
    }
  }
  return fail(at_, "Unterminated string.");
}

Token Lexer::fail(const char* where, std::string_view description) {
  error_ = syntax_error(document_, position(where), description);
  return {.kind = TokenKind::kFailed, .at = position(where)};
}

Token Lexer::fail_with_character(const char* where, std::string_view description) {
  return fail(where, fmt::format("{}: {}.", description, show(where)));
}

std::string Lexer::show(const char* where) const {
  if (where == end_) return "<EOF>";
  const char32_t point = code_point_at({where, end_}, 0);
  if (point == '"') return "'\"'";
  if (point >= 0x20 && point <= 0x7E) return fmt::format("\"{}\"", static_cast<char>(point));
  return fmt::format("U+{:04X}", static_cast<std::uint32_t>(point));
}

}  // namespace parley::graphql
