#include "graphql/serialize.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <variant>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include "graphql/inspect.h"
#include "graphql/json_text.h"

namespace parley::graphql {
namespace {

using Done = std::expected<void, std::string>;

// What both kinds of value have in common; text stays where it is.
using Scalar = std::variant<std::monostate, bool, std::int64_t, double, std::string_view>;

Scalar scalar(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::bool_:
      return value.get_bool();
    case boost::json::kind::int64:
      return value.get_int64();
    case boost::json::kind::uint64:
      return static_cast<double>(value.get_uint64());
    case boost::json::kind::double_:
      return value.get_double();
    case boost::json::kind::string:
      return std::string_view(value.get_string());
    default:
      return std::monostate();
  }
}

struct AsScalar {
  Scalar operator()(bool flag) const { return flag; }
  Scalar operator()(std::int64_t integer) const { return integer; }
  Scalar operator()(double given) const { return given; }
  Scalar operator()(const std::string& text) const { return std::string_view(text); }
  Scalar operator()(const boost::json::value& json) const { return scalar(json); }
  Scalar operator()(const auto&) const { return std::monostate(); }
};

std::string show(const Scalar& value, const boost::json::value* whole) {
  if (whole != nullptr) return inspect(*whole);
  if (const auto* flag = std::get_if<bool>(&value)) return inspect(*flag);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return inspect(*integer);
  if (const auto* number = std::get_if<double>(&value)) return inspect(*number);
  if (const auto* text = std::get_if<std::string_view>(&value)) return inspect(boost::json::value(*text));
  return "[object Object]";
}

std::optional<double> prefixed_integer(std::string_view text) {
  int base = 0;
  if (text.starts_with("0x") || text.starts_with("0X")) base = 16;
  if (text.starts_with("0o") || text.starts_with("0O")) base = 8;
  if (text.starts_with("0b") || text.starts_with("0B")) base = 2;
  if (base == 0) return std::nullopt;
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + 2, end, number, base);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return static_cast<double>(number);
}

// ECMAScript, StringToNumber, for text that is not empty.
std::optional<double> number_in(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return 0.0;
  text = text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
  if (auto integer = prefixed_integer(text)) return integer;
  if (text.starts_with('+')) text.remove_prefix(1);
  // from_chars() takes "inf" and "nan", and a sign of its own.
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  if (first >= text.size() || (text[first] != '.' && (text[first] < '0' || text[first] > '9'))) {
    return std::nullopt;
  }
  double number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

// The number that the reference implementation would see; nothing where it is none.
std::optional<double> number(const Scalar& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* given = std::get_if<double>(&value)) return *given;
  if (const auto* text = std::get_if<std::string_view>(&value); text != nullptr && !text->empty()) {
    return number_in(*text);
  }
  return std::nullopt;
}

bool whole(double number) {
  return std::isfinite(number) && number == std::trunc(number);
}

Done serialize_int(const Scalar& value, const boost::json::value* shown, boost::json::value& out) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  if (const auto* integer = std::get_if<std::int64_t>(&value);
      integer != nullptr && *integer >= kMin && *integer <= kMax) {
    out = *integer;
    return {};
  }
  const auto given = number(value);
  if (!given || !whole(*given)) {
    return std::unexpected("Int cannot represent non-integer value: " + show(value, shown));
  }
  if (*given < static_cast<double>(kMin) || *given > static_cast<double>(kMax)) {
    return std::unexpected("Int cannot represent non 32-bit signed integer value: " + show(value, shown));
  }
  out = static_cast<std::int64_t>(*given);
  return {};
}

Done serialize_float(const Scalar& value, const boost::json::value* shown, boost::json::value& out) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    out = *integer;
    return {};
  }
  const auto given = number(value);
  if (!given || !std::isfinite(*given)) {
    return std::unexpected("Float cannot represent non numeric value: " + show(value, shown));
  }
  out = *given;
  return {};
}

Done serialize_string(const Scalar& value, const boost::json::value* shown, boost::json::value& out) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    out.emplace_string() = *text;
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out.emplace_string() = *flag ? "true" : "false";
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    out.emplace_string() = std::to_string(*integer);
  } else if (const auto* given = std::get_if<double>(&value); given != nullptr && std::isfinite(*given)) {
    std::string text_of;
    append_number(text_of, *given);
    out.emplace_string() = text_of;
  } else {
    return std::unexpected("String cannot represent value: " + show(value, shown));
  }
  return {};
}

Done serialize_boolean(const Scalar& value, const boost::json::value* shown, boost::json::value& out) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    out = *flag;
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    out = *integer != 0;
  } else if (const auto* given = std::get_if<double>(&value); given != nullptr && std::isfinite(*given)) {
    out = *given != 0;
  } else {
    return std::unexpected("Boolean cannot represent a non boolean value: " + show(value, shown));
  }
  return {};
}

Done serialize_id(const Scalar& value, const boost::json::value* shown, boost::json::value& out) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    out.emplace_string() = *text;
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    out.emplace_string() = std::to_string(*integer);
  } else if (const auto* given = std::get_if<double>(&value); given != nullptr && whole(*given)) {
    std::string digits;
    append_number(digits, *given);
    out.emplace_string() = digits;
  } else {
    return std::unexpected("ID cannot represent value: " + show(value, shown));
  }
  return {};
}

Done serialize_enum(const NamedType& type, const Scalar& value, const boost::json::value* shown,
                    boost::json::value& out) {
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr || type.value(*text) == nullptr) {
    return std::unexpected("Enum \"" + type.name + "\" cannot represent value: " + show(value, shown));
  }
  out.emplace_string() = *text;
  return {};
}

// All leaves but custom scalars.
Done serialize(const NamedType& type, Leaf leaf, const Scalar& value, const boost::json::value* shown,
               boost::json::value& out) {
  switch (leaf) {
    case Leaf::kInt:
      return serialize_int(value, shown, out);
    case Leaf::kFloat:
      return serialize_float(value, shown, out);
    case Leaf::kString:
      return serialize_string(value, shown, out);
    case Leaf::kBoolean:
      return serialize_boolean(value, shown, out);
    case Leaf::kId:
      return serialize_id(value, shown, out);
    case Leaf::kEnum:
      return serialize_enum(type, value, shown, out);
    case Leaf::kCustom:
      break;
  }
  return std::unexpected("Scalar \"" + type.name + "\" cannot represent value: " + show(value, shown));
}

Done custom_from(const NamedType& type, Resolved& value, boost::json::value& out);

Done custom_list(const NamedType& type, Resolved::List& list, boost::json::value& out) {
  auto& array = out.emplace_array();
  array.resize(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (auto done = custom_from(type, list[i], array[i]); !done) return done;
  }
  return {};
}

Done custom_from(const NamedType& type, Resolved& value, boost::json::value& out) {
  if (auto* json = std::get_if<boost::json::value>(&value.get())) {
    out = std::move(*json);
  } else if (auto* list = std::get_if<Resolved::List>(&value.get())) {
    return custom_list(type, *list, out);
  } else if (const auto* flag = std::get_if<bool>(&value.get())) {
    out = *flag;
  } else if (const auto* integer = std::get_if<std::int64_t>(&value.get())) {
    out = *integer;
  } else if (const auto* given = std::get_if<double>(&value.get())) {
    out = *given;
  } else if (const auto* text = std::get_if<std::string>(&value.get())) {
    out.emplace_string() = *text;
  } else if (!std::holds_alternative<std::monostate>(value.get())) {
    return std::unexpected("Scalar \"" + type.name + "\" cannot represent an object of the service.");
  }
  return {};
}

}  // namespace

Leaf leaf_of(const NamedType& type) {
  if (type.kind == TypeKind::kEnum) return Leaf::kEnum;
  if (type.name == "Int") return Leaf::kInt;
  if (type.name == "Float") return Leaf::kFloat;
  if (type.name == "String") return Leaf::kString;
  if (type.name == "Boolean") return Leaf::kBoolean;
  if (type.name == "ID") return Leaf::kId;
  return Leaf::kCustom;
}

Done serialize_leaf(const NamedType& type, Leaf leaf, const boost::json::value& value,
                    boost::json::value& out) {
  if (leaf == Leaf::kCustom) {
    out = value;
    return {};
  }
  return serialize(type, leaf, scalar(value), &value, out);
}

Done serialize_leaf(const NamedType& type, Leaf leaf, Resolved& value, boost::json::value& out) {
  if (leaf == Leaf::kCustom) return custom_from(type, value, out);
  return serialize(type, leaf, std::visit(AsScalar(), value.get()),
                   std::get_if<boost::json::value>(&value.get()), out);
}

}  // namespace parley::graphql
