#include <algorithm>

#include "graphql/block_string.h"
#include "graphql/parse.h"
#include "graphql/printer.h"
#include "graphql/text.h"

namespace parley::graphql {
namespace {

// The wrapping limit of the reference implementation, in UTF-16 units.
constexpr std::size_t kMaxLine = 80;

void append_value(std::string& out, const Value& value);

// Numbers, names and strings.
void append_plain(std::string& out, const Value& value) {
  if (value.kind == ValueKind::kString) {
    out += value.block ? print_block_string(value.text) : print_string(value.text);
  } else if (value.kind == ValueKind::kNull) {
    out += "null";
  } else {
    out += value.text;
  }
}

void append_value(std::string& out, const Value& value) {
  if (value.kind == ValueKind::kVariable) {
    out += '$';
    out += value.text;
  } else if (value.kind == ValueKind::kList) {
    out += '[';
    for (const Value& item : value.items) {
      if (&item != &value.items.front()) out += ", ";
      append_value(out, item);
    }
    out += ']';
  } else if (value.kind == ValueKind::kObject) {
    out += '{';
    for (const ObjectField& field : value.fields) {
      if (&field != &value.fields.front()) out += ", ";
      out += field.name.text;
      out += ": ";
      append_value(out, field.value);
    }
    out += '}';
  } else {
    append_plain(out, value);
  }
}

}  // namespace

std::string print(const Value& value) {
  std::string out;
  append_value(out, value);
  return out;
}

std::string print(const TypeReference& type) {
  switch (type.kind) {
    case TypeReference::Kind::kNamed:
      return std::string(type.name.text);
    case TypeReference::Kind::kList:
      return '[' + print(*type.of) + ']';
    case TypeReference::Kind::kNonNull:
      return print(*type.of) + '!';
  }
  return {};
}

std::string print_string(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out = "\"";
  const auto escape = [&out](unsigned char code) {
    out += "\\u00";
    out += kHex[code >> 4];
    out += kHex[code & 0xF];
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (const std::size_t which = std::string_view("\b\t\n\f\r\"\\").find(text[i]);
        which != std::string_view::npos) {
      out += '\\';
      out += "btnfr\"\\"[which];
    } else if (c < 0x20 || c == 0x7F) {
      escape(c);
    } else if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      // U+0080 to U+009F.
      escape(static_cast<unsigned char>(text[++i]));
    } else {
      out += text[i];
    }
  }
  return out += '"';
}

std::string print_description(const std::optional<Description>& description) {
  if (!description) return {};
  return (description->block ? print_block_string(description->text) : print_string(description->text)) +
         '\n';
}

std::string print_arguments(const std::vector<Argument>& arguments, std::string_view prefix) {
  if (arguments.empty()) return {};
  std::vector<std::string> printed;
  for (const Argument& argument : arguments) {
    printed.push_back(std::string(argument.name.text) + ": " + print(argument.value));
  }
  std::size_t length = utf16_length(prefix) + 2 * printed.size();
  for (const std::string& each : printed) length += utf16_length(each);
  return !prefix.empty() && length > kMaxLine ? "(\n" + indent(join(printed, "\n")) + "\n)"
                                              : '(' + join(printed, ", ") + ')';
}

std::string print_directives(const std::vector<Directive>& directives) {
  std::string out;
  for (const Directive& directive : directives) {
    out += " @";
    out += directive.name.text;
    out += print_arguments(directive.arguments, {});
  }
  return out;
}

std::string join(const std::vector<std::string>& items, std::string_view separator) {
  std::string out;
  for (const std::string& item : items) {
    if (&item != &items.front()) out += separator;
    out += item;
  }
  return out;
}

std::string indent(std::string_view text) {
  std::string out = "  ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out;
}

bool any_multiline(const std::vector<std::string>& items) {
  return std::ranges::any_of(items, [](const std::string& item) { return item.contains('\n'); });
}

}  // namespace parley::graphql
