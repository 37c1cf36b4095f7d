// Schemas, data and queries by chance, for tests. The data mostly fits the schema; the queries are made so
// that fields of one key are always the same field.
#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/random.h"
#include "graphql/schema.h"

namespace parley::graphql {

class RandomService {
 public:
  explicit RandomService(std::uint64_t seed) : random_(seed) {}

  std::string sdl() {
    std::string text = "enum E { A B C }\nunion U = T0 | T2\n";
    std::vector<std::string> shared;
    for (int i = 0; i < 2; ++i) {
      shared.push_back(fields("i" + std::to_string(i)));
      text += "interface I" + std::to_string(i) + " {" + shared.back() + "}\n";
    }
    for (int i = 0; i < 4; ++i) {
      const bool first = i != 1;
      const bool second = i != 2;
      text += "type T" + std::to_string(i) + " implements";
      text += first ? " & I0" : "";
      text += second ? " & I1" : "";
      text += " {" + (first ? shared[0] : "") + (second ? shared[1] : "") + fields("f") + "}\n";
    }
    return text + "type Query {" + fields("f") + fields("q") + "}\n";
  }

  // A value of the type, now and then of another.
  boost::json::value value(const Schema& schema, const TypeRef& type, int depth) {
    if (chance(type.non_null() ? 4 : 12)) return nullptr;
    const TypeRef& bare = type.nullable();
    if (bare.list()) {
      if (chance(3)) return leaf();
      boost::json::array items;
      const std::uint64_t count = depth > kMaxDepth ? 0 : random_.below(4);
      for (std::uint64_t i = 0; i < count; ++i) items.push_back(value(schema, *bare.of, depth + 1));
      return items;
    }
    if (bare.named->leaf()) return leaf(*bare.named);
    if (depth > kMaxDepth) return nullptr;
    if (chance(2)) return leaf();
    const auto& possible = schema.possible_types(*bare.named);
    boost::json::object out = object(schema, *possible[random_.below(possible.size())], depth).as_object();
    if (chance(3)) out["__typename"] = pick({"T0", "T1", "T2", "Nope"});
    if (chance(2)) out.erase("__typename");
    return out;
  }

  boost::json::value object(const Schema& schema, const NamedType& type, int depth) {
    boost::json::object out{{"__typename", type.name}};
    for (const FieldType& field : type.fields) {
      if (!chance(4)) out.emplace(field.name, value(schema, *field.type, depth + 1));
    }
    return out;
  }

  std::string query(const Schema& schema) {
    std::string text = "query ($yes: Boolean!, $no: Boolean!, $null: Boolean = true) " +
                       selections(schema, *schema.type("Query"), 0, 0);
    for (int i = 0; i < kFragments; ++i) {
      const NamedType& type = *schema.type(pick({"T0", "T1", "T2", "T3", "I0", "I1", "U", "Query"}));
      text +=
          "\nfragment F" + std::to_string(i) + " on " + type.name + " " + selections(schema, type, 2, i + 1);
    }
    return text;
  }

  static boost::json::object variables() { return {{"yes", true}, {"no", false}, {"null", nullptr}}; }

  bool chance(std::uint64_t percent) { return random_.below(100) < percent; }

 private:
  static constexpr int kMaxDepth = 4;
  static constexpr int kFragments = 4;

  std::string pick(const std::vector<std::string>& options) { return options[random_.below(options.size())]; }

  std::string fields(const std::string& prefix) {
    std::string text;
    for (int i = 0; i < 4; ++i) text += " " + prefix + "_" + std::to_string(i) + ": " + type();
    return text + " ";
  }

  std::string type() {
    std::string text =
        pick({"Int", "String", "Float", "Boolean", "ID", "E", "T0", "T1", "T2", "T3", "I0", "I1", "U"});
    if (chance(35)) text += "!";
    for (int percent = 40; chance(static_cast<std::uint64_t>(percent)); percent /= 3) {
      text.insert(0, "[");
      text += chance(35) ? "]!" : "]";
    }
    return text;
  }

  boost::json::value leaf() {
    switch (random_.below(6)) {
      case 0:
        return static_cast<std::int64_t>(random_.below(1'000));
      case 1:
        return 1.5;
      case 2:
        return random_.below(2) == 0;
      case 3:
        return boost::json::array{1};
      case 4:
        return boost::json::object{{"a", 1}};
      default:
        return boost::json::value(pick({"A", "B", "D", "text", "7"}));
    }
  }

  boost::json::value leaf(const NamedType& type) {
    if (chance(5)) return leaf();
    if (type.name == "E") return boost::json::value(pick({"A", "B", "C"}));
    if (type.name == "Boolean") return random_.below(2) == 0;
    return static_cast<std::int64_t>(random_.below(1'000));
  }

  std::string directive() {
    if (!chance(12)) return "";
    const std::string when = chance(6) ? "$null" : pick({"true", "false", "$yes", "$no"});
    return (chance(50) ? " @skip(if: " : " @include(if: ") + when + ")";
  }

  // Spreads only fragments from `fragment` on, so that none spreads itself.
  std::string selections(const Schema& schema, const NamedType& type, int depth, int fragment) {
    std::string text = "{ __typename" + directive();
    const std::uint64_t count = 1 + random_.below(5);
    for (std::uint64_t i = 0; i < count; ++i) {
      text += " " + selection(schema, type, depth, fragment) + " ";
    }
    return text + "}";
  }

  std::string selection(const Schema& schema, const NamedType& type, int depth, int fragment) {
    if (chance(15) && fragment < kFragments) {
      return "...F" +
             std::to_string(fragment + static_cast<int>(random_.below(
                                           static_cast<std::uint64_t>(kFragments - fragment)))) +
             directive();
    }
    if ((chance(20) || type.fields.empty()) && depth < kMaxDepth) {
      if (chance(30)) return "..." + directive() + selections(schema, type, depth + 1, fragment);
      const NamedType& on = *schema.type(pick({"T0", "T1", "T2", "T3", "I0", "I1", "U"}));
      return "... on " + on.name + directive() + selections(schema, on, depth + 1, fragment);
    }
    if (type.fields.empty()) return "__typename";
    const FieldType& field = type.fields[random_.below(type.fields.size())];
    const std::string head = (chance(25) ? "x_" + field.name + ": " : "") + field.name + directive();
    if (field.type->innermost().leaf()) return head;
    if (depth >= kMaxDepth) return "__typename";
    return head + " " + selections(schema, field.type->innermost(), depth + 1, fragment);
  }

  base::Random random_;
};

}  // namespace parley::graphql
