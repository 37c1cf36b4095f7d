#include "graphql/executor.h"

#include <exception>
#include <utility>

#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>

#include "base/task_group.h"
#include "graphql/introspection.h"

namespace parley::graphql {
namespace {

base::Error internal_error(std::string cause) {
  return {.code = base::ErrorCode::kInternal, .message = "internal error", .cause = std::move(cause)};
}

std::string coordinate(const PlannedField& field) {
  return field.parent_type->name + "." + field.type->name;
}

}  // namespace

Executor::Executor(Execution execution)
    : execution_(std::move(execution)),
      scope_{.schema = execution_.schema, .document = execution_.document, .variables = execution_.variables},
      planner_(scope_, execution_.resolvers),
      root_type_(execution_.schema.root(execution_.operation.type)) {
  if (root_type_ != nullptr) root_ = planner_.root(*root_type_, execution_.operation.selection_set);
}

base::Awaitable<Response> Executor::run() {
  if (!begin()) co_return settle(End::kDone);
  const bool serially = execution_.operation.type == OperationType::kMutation;
  const std::size_t count = root_.fields.size();
  const std::size_t step = serially ? 1 : count;
  End end = End::kDone;
  // A root field that takes the whole data with it ends a mutation there.
  for (std::size_t first = 0; first < count && end == End::kDone && !positions_->root_lost(); first += step) {
    level_.push_back({.plan = &root_, .first = first, .last = first + step});
    end = co_await finish_levels();
  }
  co_return settle(end);
}

base::Awaitable<Response> Executor::run_event(Resolved event) {
  if (!begin()) co_return settle(End::kDone);
  PlannedField& field = root_.fields.front();
  const TypeRef& type = *field.type->type;
  complete(
      {.key = field.key, .nullable = !type.non_null(), .slot = &root_.places.front().out->begin()->value()},
      type, field, event);
  std::swap(level_, next_);
  const End end = co_await finish_levels();
  co_return settle(end);
}

bool Executor::begin() {
  data_ = nullptr;
  positions_.emplace(data_);
  if (root_type_ == nullptr) {
    const OperationDefinition& operation = execution_.operation;
    GraphqlError error{.message = "Schema is not configured to execute " + std::string(name(operation.type)) +
                                  " operation."};
    error.locations.push_back(execution_.document.location(operation.at));
    error.extensions.emplace("code", base::name(base::ErrorCode::kGraphqlValidationFailed));
    positions_->raise_at_root(std::move(error));
    return false;
  }
  if (root_.refused) {
    positions_->raise_at_root(*root_.refused);
    return false;
  }
  root_.places.push_back({.position = Positions::kRoot, .out = &open_object(data_, root_)});
  root_.parents.push_back(execution_.root);
  return true;
}

Response Executor::settle(End end) {
  forget(root_);
  if (end == End::kCancelled) {
    for (const Work& work : level_) forget(*work.plan);
    level_.clear();
    GraphqlError error{.message = "cancelled"};
    error.extensions.emplace("code", base::name(base::ErrorCode::kCancelled));
    positions_->raise_at_root(std::move(error));
  }
  std::vector<GraphqlError> errors = positions_->settle();
  positions_.reset();
  return {.data = std::exchange(data_, nullptr), .errors = std::move(errors)};
}

void Executor::forget(Plan& plan) {
  plan.parents.clear();
  plan.places.clear();
  for (PlannedField& field : plan.fields) field.answers.clear();
}

base::Awaitable<Executor::End> Executor::finish_levels() {
  while (!level_.empty()) {
    for (const Work& work : level_) {
      if (!work.plan->waits) continue;
      for (std::size_t i = work.first; i < work.last; ++i) {
        PlannedField& field = work.plan->fields[i];
        if (field.batch != nullptr && !field.refused) questions_.push_back(question(*work.plan, field));
      }
    }
    if (!questions_.empty()) {
      co_await ask_resolvers();
      questions_.clear();
      if (co_await base::cancelled()) co_return End::kCancelled;
    }
    complete_level();
  }
  co_return End::kDone;
}

// ---- resolvers

Executor::Question Executor::question(Plan& plan, PlannedField& field) {
  return {
      .field = &field,
      .batch = {.parent_type = *plan.type,
                .field = *field.type,
                .arguments = field.arguments,
                .parents = plan.parents,
                .context = execution_.context,
                .call = execution_.call,
                .selects = [this, &field](std::string_view name) { return planner_.selects(field, name); }}};
}

base::Awaitable<void> Executor::ask_resolvers() {
  if (questions_.size() == 1) {
    co_await ask(questions_.front());
  } else {
    co_await ask_together();
  }
}

base::Awaitable<void> Executor::ask_together() {
  base::TaskGroup group(co_await boost::asio::this_coro::executor);
  for (Question& question : questions_) group.spawn(ask(question));
  co_await group.finish();
}

base::Awaitable<void> Executor::ask(Question& question) {
  PlannedField& field = *question.field;
  std::string cause;
  try {
    field.answers = co_await (*field.batch)(question.batch);
  } catch (const std::exception& thrown) {
    cause = coordinate(field) + " threw: " + thrown.what();
  } catch (...) {
    cause = coordinate(field) + " threw";
  }
  const std::size_t wanted = question.batch.parents.size();
  if (cause.empty() && field.answers.size() != wanted) {
    cause = coordinate(field) + " gave " + std::to_string(field.answers.size()) + " values for " +
            std::to_string(wanted) + " parents";
  }
  if (!cause.empty()) field.answers.assign(wanted, internal_error(std::move(cause)));
}

Resolved Executor::ask_plain(const PlannedField& field, const Object& parent) const {
  std::string cause;
  try {
    return (*field.plain)(parent, field.arguments, execution_.context);
  } catch (const std::exception& thrown) {
    cause = coordinate(field) + " threw: " + thrown.what();
  } catch (...) {
    cause = coordinate(field) + " threw";
  }
  return internal_error(std::move(cause));
}

// ---- levels

void Executor::complete_level() {
  for (const Work& work : level_) {
    Plan& plan = *work.plan;
    for (std::size_t parent = 0; parent < plan.parents.size(); ++parent) {
      for (std::size_t i = work.first; i < work.last; ++i) complete_field(plan, plan.fields[i], parent);
    }
    // The root's parent is asked again for a mutation's next field.
    if (&plan != &root_) forget(plan);
  }
  level_.clear();
  std::swap(level_, next_);
}

void Executor::complete_field(Plan& plan, PlannedField& field, std::size_t parent) {
  const Plan::Place& place = plan.places[parent];
  const TypeRef& type = *field.type->type;
  const Position at{.parent = place.position,
                    .ordinal = field.ordinal,
                    .key = field.key,
                    .nullable = !type.non_null(),
                    .slot = &place.out->begin()[field.ordinal].value()};
  if (field.refused) {
    raise(at, *field.refused);
  } else if (field.type_name) {
    at.slot->emplace_string() = plan.type->name;
  } else if (field.batch != nullptr) {
    complete(at, type, field, field.answers[parent]);
  } else if (field.plain != nullptr) {
    Resolved value =
        ask_plain(field, field.of_schema ? introspection_root(scope_.schema) : plan.parents[parent]);
    complete(at, type, field, value);
  } else if (const auto* member = place.json != nullptr && place.json->is_object()
                                      ? place.json->get_object().if_contains(field.type->name)
                                      : nullptr) {
    complete_json(at, type, field, *member, plan.parents[parent].data);
  } else {
    complete_null(at, field);
  }
}

}  // namespace parley::graphql
