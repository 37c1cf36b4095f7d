// Whose a thing is: everything that is kept belongs to one user of one tenant. A value; any thread.
#pragma once

#include <compare>
#include <string>

namespace parley::model {

struct Owner {
  std::string tenant;
  std::string user;

  friend auto operator<=>(const Owner&, const Owner&) = default;
};

}  // namespace parley::model
