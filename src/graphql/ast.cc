#include "graphql/ast.h"

#include "graphql/text.h"

namespace parley::graphql {

std::string_view name(OperationType type) {
  switch (type) {
    case OperationType::kQuery:
      return "query";
    case OperationType::kMutation:
      return "mutation";
    case OperationType::kSubscription:
      return "subscription";
  }
  return {};
}

std::string_view name(TypeKind kind) {
  switch (kind) {
    case TypeKind::kScalar:
      return "SCALAR";
    case TypeKind::kObject:
      return "OBJECT";
    case TypeKind::kInterface:
      return "INTERFACE";
    case TypeKind::kUnion:
      return "UNION";
    case TypeKind::kEnum:
      return "ENUM";
    case TypeKind::kInputObject:
      return "INPUT_OBJECT";
  }
  return {};
}

Location Document::location(Position at) const {
  Location found;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < at && i < source_.size(); ++i) {
    if (source_[i] != '\n' && source_[i] != '\r') continue;
    if (source_[i] == '\r' && i + 1 < source_.size() && source_[i + 1] == '\n') ++i;
    ++found.line;
    line_start = i + 1;
  }
  if (line_start < at) {
    const std::string_view before = std::string_view(source_).substr(line_start, at - line_start);
    found.column += static_cast<std::uint32_t>(utf16_length(before));
  }
  return found;
}

}  // namespace parley::graphql
