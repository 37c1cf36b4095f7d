#include "auth/principal.h"

#include <algorithm>

namespace parley::auth {

bool Principal::has_scope(std::string_view scope) const {
  return std::ranges::find(scopes, scope) != scopes.end();
}

}  // namespace parley::auth
