// Text from outside as it may stand in an error message: in quotes, short, printable ASCII. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace parley::base {

// 'text', where a byte that is not printable ASCII becomes `?`, and more than `max_bytes` end in `...`.
std::string quote(std::string_view text, std::size_t max_bytes = 64);

}  // namespace parley::base
