#include "graphql/block_string.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "graphql/text.h"

namespace parley::graphql {
namespace {

constexpr std::string_view kQuotes = R"(""")";
constexpr std::string_view kEscapedQuotes = R"(\""")";

bool white(char c) {
  return c == ' ' || c == '\t';
}

// At "\r\n", "\n" and "\r".
std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    const std::size_t end = text.find_first_of("\r\n");
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
}

void append_replaced(std::string& into, std::string_view text, std::string_view what, std::string_view with) {
  while (true) {
    const std::size_t found = text.find(what);
    into += text.substr(0, found);
    if (found == std::string_view::npos) return;
    into += with;
    text.remove_prefix(found + what.size());
  }
}

}  // namespace

std::string block_string_value(std::string_view raw) {
  const std::vector<std::string_view> lines = split_lines(raw);
  std::size_t common = std::numeric_limits<std::size_t>::max();
  std::size_t first = lines.size();
  std::size_t last = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t indent = std::min(lines[i].find_first_not_of(" \t"), lines[i].size());
    if (indent == lines[i].size()) continue;
    first = std::min(first, i);
    last = i;
    if (i != 0) common = std::min(common, indent);
  }
  std::string value;
  for (std::size_t i = first; i < lines.size() && i <= last; ++i) {
    if (i != first) value += '\n';
    const std::string_view line = lines[i].substr(i == 0 ? 0 : std::min(common, lines[i].size()));
    append_replaced(value, line, kEscapedQuotes, kQuotes);
  }
  return value;
}

bool printable_as_block_string(std::string_view text) {
  if (text.empty()) return true;
  bool empty_line = true;
  bool indented = false;
  bool common_indent = true;
  bool seen_text = false;
  for (const char c : text) {
    if (c == '\n') {
      if (empty_line && !seen_text) return false;
      seen_text = true;
      empty_line = true;
      indented = false;
    } else if (white(c)) {
      indented = indented || empty_line;
    } else if (c >= 0 && c <= 0x0F) {
      return false;
    } else {
      common_indent = common_indent && indented;
      empty_line = false;
    }
  }
  return !empty_line && !(common_indent && seen_text);
}

std::string print_block_string(std::string_view text) {
  std::string escaped;
  append_replaced(escaped, text, kQuotes, kEscapedQuotes);
  const std::vector<std::string_view> lines = split_lines(escaped);
  const bool single = lines.size() == 1;
  const bool force_leading =
      !single && std::all_of(lines.begin() + 1, lines.end(),
                             [](std::string_view line) { return line.empty() || white(line.front()); });
  const bool ends_in_quotes = escaped.ends_with(kEscapedQuotes);
  const bool force_trailing = (text.ends_with('"') && !ends_in_quotes) || text.ends_with('\\');
  const bool several =
      !single || utf16_length(text) > 70 || force_trailing || force_leading || ends_in_quotes;
  const bool skip_leading = single && !text.empty() && white(text.front());

  std::string printed(kQuotes);
  if ((several && !skip_leading) || force_leading) printed += '\n';
  printed += escaped;
  if (several) printed += '\n';
  return printed.append(kQuotes);
}

}  // namespace parley::graphql
