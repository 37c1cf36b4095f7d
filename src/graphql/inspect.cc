#include "graphql/inspect.h"

#include <algorithm>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "base/json_string.h"
#include "graphql/json_text.h"

namespace parley::graphql {
namespace {

constexpr std::size_t kMaxBytes = 2'000;
constexpr std::size_t kMaxItems = 10;
constexpr int kMaxDepth = 2;

// The first bytes of UTF-8 text, without a character that they would cut.
std::string_view first_bytes(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

void append(std::string& out, const boost::json::value& value, int depth);

void append_list(std::string& out, const boost::json::array& list, int depth) {
  if (list.empty()) {
    out += "[]";
    return;
  }
  if (depth >= kMaxDepth) {
    out += "[Array]";
    return;
  }
  out += '[';
  const std::size_t shown = std::min(list.size(), kMaxItems);
  for (std::size_t i = 0; i < shown && out.size() <= kMaxBytes; ++i) {
    if (i > 0) out += ", ";
    append(out, list[i], depth + 1);
  }
  if (const std::size_t more = list.size() - shown; more > 0) {
    out += ", ... " + std::to_string(more) + (more == 1 ? " more item" : " more items");
  }
  out += ']';
}

void append_object(std::string& out, const boost::json::object& object, int depth) {
  if (object.empty()) {
    out += "{}";
    return;
  }
  if (depth >= kMaxDepth) {
    out += "[Object]";
    return;
  }
  out += "{ ";
  bool first = true;
  for (const auto& member : object) {
    if (out.size() > kMaxBytes) break;
    if (!first) out += ", ";
    first = false;
    out += first_bytes(member.key(), kMaxBytes);
    out += ": ";
    append(out, member.value(), depth + 1);
  }
  out += " }";
}

void append(std::string& out, const boost::json::value& value, int depth) {
  if (const auto* list = value.if_array()) {
    append_list(out, *list, depth);
  } else if (const auto* object = value.if_object()) {
    append_object(out, *object, depth);
  } else if (const auto* text = value.if_string()) {
    base::append_json_string(out, first_bytes(*text, kMaxBytes));
  } else if (const auto* number = value.if_double()) {
    append_number(out, *number);
  } else {
    append_json(out, value);
  }
}

}  // namespace

std::string inspect(const boost::json::value& value) {
  std::string out;
  append(out, value, 0);
  const auto* text = value.if_string();
  const bool cut = out.size() > kMaxBytes || (text != nullptr && text->size() > kMaxBytes);
  if (!cut) return out;
  out.resize(first_bytes(out, kMaxBytes).size());
  return out + "...";
}

}  // namespace parley::graphql
