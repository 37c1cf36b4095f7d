// Runs a plan level by level: every object that a level gives is the next one's parent, all parents of one
// place and type together.
//
// Belongs to one operation, on one worker, used by one coroutine; an executor may be used again once a run
// has ended, as a subscription does for each event.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "base/async.h"
#include "graphql/collect.h"
#include "graphql/execute.h"
#include "graphql/plan.h"
#include "graphql/positions.h"

namespace parley::graphql {

class Executor {
 public:
  // What the execution refers to outlives the executor.
  explicit Executor(Execution execution);
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // The whole operation: a mutation's root fields one after another, all else level by level.
  base::Awaitable<Response> run();
  // The response whose only root field has the value `event`.
  base::Awaitable<Response> run_event(Resolved event);

  const Execution& execution() const { return execution_; }
  // The root object's type, nothing where the schema has none for this operation, and what is asked of it.
  const NamedType* root_type() const { return root_type_; }
  const Plan& root_plan() const { return root_; }

  // An error of the field at `path` with the field's locations, worded by `present`.
  GraphqlError presented(const PlannedField& field, Path path, const base::Error& error) const;

 private:
  using Position = Positions::Position;
  // Some of the fields that a plan asks of its parents.
  struct Work {
    Plan* plan;
    std::size_t first;
    std::size_t last;
  };
  struct Question {
    PlannedField* field;
    FieldBatch batch;
  };
  using Level = std::vector<Work>;
  enum class End : std::uint8_t { kDone, kCancelled };

  // ---- levels (executor.cc)
  // False where nothing can be asked for.
  bool begin();
  base::Awaitable<End> finish_levels();
  base::Awaitable<void> ask_resolvers();
  base::Awaitable<void> ask_together();
  base::Awaitable<void> ask(Question& question);
  void complete_level();
  void complete_field(Plan& plan, PlannedField& field, std::size_t parent);
  Resolved ask_plain(const PlannedField& field, const Object& parent) const;
  static void forget(Plan& plan);
  Question question(Plan& plan, PlannedField& field);
  Response settle(End end);

  // ---- values (complete.cc)
  void complete(const Position& at, const TypeRef& type, PlannedField& field, Resolved& value);
  // `value` is a part of what `owner` keeps.
  void complete_json(const Position& at, const TypeRef& type, PlannedField& field,
                     const boost::json::value& value, const std::shared_ptr<const void>& owner);
  template <class Items, class Complete>
  void complete_list(const Position& at, const TypeRef& item_type, Items& items, Complete complete_item);
  void complete_leaf(const Position& at, const PlannedField& field,
                     const std::expected<void, std::string>& serialized);
  void complete_object(const Position& at, PlannedField& field, Object object,
                       const boost::json::value* json);
  void complete_null(const Position& at, const PlannedField& field);
  // The error is a sentence.
  std::expected<const NamedType*, std::string> runtime_type(const PlannedField& field, const Object& object,
                                                            const boost::json::value* json) const;
  // An object in `slot` with a null for each field of the plan.
  static boost::json::object& open_object(boost::json::value& slot, const Plan& plan);

  // ---- errors (complete.cc)
  void raise(const Position& at, const PlannedField& field, std::string message);
  void raise(const Position& at, const PlannedField& field, const base::Error& error);
  void raise(const Position& at, GraphqlError refused);

  Execution execution_;
  OperationScope scope_;
  Planner planner_;
  const NamedType* root_type_;
  Plan root_{};

  // Of the run.
  boost::json::value data_{};
  std::optional<Positions> positions_{};
  Level level_{};
  Level next_{};
  std::deque<Question> questions_{};
};

}  // namespace parley::graphql
