// The places of one response that hold lists and objects, and the errors that were raised at or in them:
// propagation of null (specification of September 2025, section 6.4.4).
//
// Belongs to one execution. While it runs, errors are only gathered, so that every slot stays where it is;
// settle() then decides. The executor goes level by level and so meets errors in another order than one that
// goes depth first; settle() puts them into that order, and leaves out those that such a one would not have
// come to because their place was null by then. The outcome is the reference implementation's.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "graphql/error.h"

namespace parley::graphql {

class Positions {
 public:
  using Index = std::uint32_t;
  static constexpr Index kRoot = 0;

  struct Position {
    // What it stands in.
    Index parent = kRoot;
    // The field's number among its siblings, or the index in a list.
    std::uint32_t ordinal = 0;
    // The response key; no data in a list. What it views outlives the execution.
    std::string_view key{};
    bool nullable = true;
    // Holds null until something is put there.
    boost::json::value* slot = nullptr;
  };

  // `data` holds the response's data; it stays where it is until settle().
  explicit Positions(boost::json::value& data);

  // Adds a list or an object.
  Index add(const Position& position);

  Path path(const Position& position) const;

  // An error at `position`, which need not have been added: it is null, or the nearest place around it that
  // may be.
  void raise(const Position& position, GraphqlError error);
  // An error of the operation as a whole.
  void raise_at_root(GraphqlError error);
  // Whether the data as a whole will be null.
  bool root_lost() const { return root_lost_; }

  // Writes the nulls, and gives the errors. Nothing is added or raised afterwards.
  std::vector<GraphqlError> settle();

 private:
  struct Raised {
    GraphqlError error;
    // Where the error's place stands in.
    Index within = kRoot;
    // The nearest place around it, or itself, that may be null; kItself where that is the place itself and
    // was not added.
    Index caught = kRoot;
    // The ordinals from the root to it.
    std::vector<std::uint32_t> order{};
  };
  static constexpr Index kItself = UINT32_MAX;

  bool lost(Index position) const;

  struct Kept {
    Position position;
    bool lost = false;
  };
  std::vector<Kept> kept_{};
  std::vector<Raised> raised_{};
  bool root_lost_ = false;
};

}  // namespace parley::graphql
