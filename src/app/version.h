// The version of this program, as CMakeLists.txt names it.
#pragma once

#include <string_view>

namespace parley::app {

std::string_view version();

}  // namespace parley::app
