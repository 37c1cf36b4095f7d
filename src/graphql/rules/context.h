// What the rules of one validation share: the schema, the document, the place that the walk has reached, the
// errors so far, and questions about the document that several rules ask.
//
// Owned by one call of validate().
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphql/ast.h"
#include "graphql/error.h"
#include "graphql/rules/locations.h"
#include "graphql/rules/type_stack.h"
#include "graphql/schema.h"
#include "graphql/validate.h"

namespace parley::graphql::rules {

// A variable where a value is wanted.
struct VariableUsage {
  const Value* variable = nullptr;
  InputPosition position{};
};

class Context {
 public:
  Context(const Schema& schema, const Document& document, const ValidateOptions& options);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Schema& schema() const { return schema_; }
  const Document& document() const { return document_; }
  TypeStack& types() { return types_; }

  // ---- errors

  // With a location for each position. Nothing is added once the walk has stopped.
  void report(std::string message, std::initializer_list<Position> at);
  void report(std::string message, std::span<const Position> at);
  // Whether there is no point in going on: too many errors, or a document that costs too much to judge.
  bool stopped() const { return stopped_; }
  void abort_too_complex();
  // How many more errors are told.
  std::size_t errors_left() const { return max_errors_ - std::min(max_errors_, errors_.size()); }
  // Work on fragments has a budget for the whole document. False, and stopped, once it is spent.
  bool spend_fragment_work(std::size_t cost);
  std::vector<GraphqlError> take_errors() { return std::move(errors_); }

  // ---- the document

  // Type system definitions in it, which no executable document should have; nullptr where there is none.
  const TypeDefinition* defined_type(std::string_view name) const;
  const DirectiveDefinition* defined_directive(std::string_view name) const;
  std::vector<std::string_view> defined_types() const;
  // The last one of that name; nullptr where there is none.
  const FragmentDefinition* fragment(std::string_view name) const;
  // The spreads that stand in a selection set at any depth, fragments not followed.
  const std::vector<const FragmentSpread*>& spreads(const SelectionSet& set);
  // The fragments that operations spread directly or through others, each once.
  const std::vector<const FragmentDefinition*>& reachable(
      std::span<const OperationDefinition* const> operations);
  // The variables that an operation uses: itself, then in the fragments that it spreads.
  struct Usages {
    std::span<const VariableUsage> own{};
    std::span<const VariableUsage> in_fragments{};
    template <class Fn>
    void each(Fn fn) const {
      for (const VariableUsage& usage : own) fn(usage);
      for (const VariableUsage& usage : in_fragments) fn(usage);
    }
  };
  Usages variable_usages(const OperationDefinition& operation);
  // The operation's last definition of that variable; nullptr where there is none.
  const VariableDefinition* variable(const OperationDefinition& operation, std::string_view name);

 private:
  struct Reach {
    std::vector<const FragmentDefinition*> fragments{};
    std::optional<std::vector<VariableUsage>> usages{};
  };
  Reach& reach(std::span<const OperationDefinition* const> operations);
  // Of one definition.
  const std::vector<VariableUsage>& local_usages(const OperationDefinition& operation);
  const std::vector<VariableUsage>& local_usages(const FragmentDefinition& fragment);

  const Schema& schema_;
  const Document& document_;
  const std::size_t max_errors_;
  TypeStack types_;
  Locations locations_;
  std::vector<GraphqlError> errors_{};
  std::size_t error_bytes_ = 0;
  bool stopped_ = false;
  std::size_t fragment_work_left_;
  bool has_variables_;

  std::unordered_map<std::string_view, const FragmentDefinition*> fragments_{};
  std::unordered_map<std::string_view, const TypeDefinition*> defined_types_{};
  std::unordered_map<std::string_view, const DirectiveDefinition*> defined_directives_{};
  std::unordered_map<const SelectionSet*, std::vector<const FragmentSpread*>> spreads_{};
  // By the set of names that the operations spread themselves.
  std::map<std::vector<std::string_view>, Reach> reach_{};
  std::unordered_map<const void*, std::vector<VariableUsage>> local_usages_{};
  // Of the operation that the walk is leaving: three rules ask one after another.
  const OperationDefinition* usages_of_ = nullptr;
  Usages usages_{};
  const OperationDefinition* variables_of_ = nullptr;
  std::unordered_map<std::string_view, const VariableDefinition*> variables_{};
};

}  // namespace parley::graphql::rules
