#include "graphql/json_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "base/json_string.h"

namespace parley::graphql {

using base::append_json_string;

namespace {

template <class Integer>
void append_integer(std::string& out, Integer number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_array(std::string& out, const boost::json::array& array) {
  out += '[';
  bool first = true;
  for (const boost::json::value& item : array) {
    if (!first) out += ',';
    first = false;
    append_json(out, item);
  }
  out += ']';
}

}  // namespace

// ECMAScript, Number::toString: digits d1...dk, the number being 0.d1...dk times 10 to the n.
void append_number(std::string& out, double number) {
  if (std::isnan(number)) {
    out += "NaN";
    return;
  }
  if (std::isinf(number)) {
    out += number < 0 ? "-Infinity" : "Infinity";
    return;
  }
  constexpr double kExact = 9'007'199'254'740'992.0;
  if (number > -kExact && number < kExact && number == std::trunc(number)) {
    append_integer(out, static_cast<std::int64_t>(number));
    return;
  }
  if (number < 0) out += '-';
  std::array<char, 32> text;
  const auto written =
      std::to_chars(text.data(), text.data() + text.size(), std::abs(number), std::chars_format::scientific);
  const std::string_view scientific(text.data(), static_cast<std::size_t>(written.ptr - text.data()));
  const std::size_t e = scientific.find('e');
  std::string digits(1, scientific[0]);
  if (e > 2) digits += scientific.substr(2, e - 2);
  int exponent = 0;
  std::from_chars(scientific.data() + e + (scientific[e + 1] == '+' ? 2 : 1), written.ptr, exponent);
  const int k = static_cast<int>(digits.size());
  const int n = exponent + 1;
  if (k <= n && n <= 21) {
    out += digits;
    out.append(static_cast<std::size_t>(n - k), '0');
  } else if (0 < n && n <= 21) {
    out.append(digits, 0, static_cast<std::size_t>(n)).append(1, '.');
    out.append(digits, static_cast<std::size_t>(n));
  } else if (-6 < n && n <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-n), '0').append(digits);
  } else {
    out += digits[0];
    if (k > 1) out.append(1, '.').append(digits, 1);
    out += n > 0 ? "e+" : "e-";
    append_integer(out, std::abs(n - 1));
  }
}

void append_json(std::string& out, const boost::json::object& object) {
  out += '{';
  bool first = true;
  for (const auto& member : object) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, member.key());
    out += ':';
    append_json(out, member.value());
  }
  out += '}';
}

void append_json(std::string& out, const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      out += "null";
      return;
    case boost::json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case boost::json::kind::int64:
      append_integer(out, value.get_int64());
      return;
    case boost::json::kind::uint64:
      append_integer(out, value.get_uint64());
      return;
    case boost::json::kind::double_:
      if (std::isfinite(value.get_double())) {
        append_number(out, value.get_double());
      } else {
        out += "null";
      }
      return;
    case boost::json::kind::string:
      append_json_string(out, value.get_string());
      return;
    case boost::json::kind::array:
      append_array(out, value.get_array());
      return;
    case boost::json::kind::object:
      append_json(out, value.get_object());
      return;
  }
}

}  // namespace parley::graphql
