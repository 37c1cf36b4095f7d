// Where in a document many positions are, each found fast however long its lines are.
//
// Document::location() reads the source up to the position; an error report may hold thousands of positions.
// Made for one validation, used on its thread.
#pragma once

#include <string_view>
#include <vector>

#include "graphql/ast.h"
#include "graphql/error.h"

namespace parley::graphql::rules {

class Locations {
 public:
  // The source outlives this.
  explicit Locations(std::string_view source) : source_(source) {}
  Location find(Position at);

 private:
  void index();

  std::string_view source_;
  bool indexed_ = false;
  bool ascii_ = true;
  // The offset at which each line starts.
  std::vector<Position> lines_{};
  // UTF-16 code units before every kStride-th byte.
  std::vector<Position> units_{};
};

}  // namespace parley::graphql::rules
