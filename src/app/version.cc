#include "app/version.h"

namespace parley::app {

std::string_view version() {
  return PARLEY_VERSION;
}

}  // namespace parley::app
