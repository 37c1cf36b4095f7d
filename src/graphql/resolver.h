// How a service gives the fields of its schema their values.
//
// Fields are resolved a level at a time: a resolver is asked once for all objects of one type whose field is
// wanted at one place of the query, so that a list costs one question, not one for each item. A resolver that
// needs no waiting is a plain function. Made at start, immutable afterwards, shared between threads.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/async.h"
#include "base/call.h"
#include "base/error.h"
#include "graphql/schema.h"

namespace parley::graphql {

class Resolved;

// An object on its way through the executor: what the service keeps of it, and its type where the field's
// type is abstract.
struct Object {
  std::shared_ptr<const void> data{};
  // The name of its object type; empty where the field's type is that object type.
  std::string_view type{};
};

// What a resolver answers for one parent: a value of the field's type, or why there is none. Integers must
// fit the field's type, enums are their names as text, custom scalars are JSON.
class Resolved {
 public:
  using List = std::vector<Resolved>;
  using Kind = std::variant<std::monostate, bool, std::int64_t, double, std::string, boost::json::value,
                            Object, List, base::Error>;

  Resolved() = default;                                          // null
  Resolved(std::nullptr_t) {}                                    // NOLINT(google-explicit-constructor)
  Resolved(bool value) : of_(value) {}                           // NOLINT(google-explicit-constructor)
  Resolved(int value) : of_(std::int64_t{value}) {}              // NOLINT(google-explicit-constructor)
  Resolved(std::int64_t value) : of_(value) {}                   // NOLINT(google-explicit-constructor)
  Resolved(double value) : of_(value) {}                         // NOLINT(google-explicit-constructor)
  Resolved(std::string value) : of_(std::move(value)) {}         // NOLINT(google-explicit-constructor)
  Resolved(std::string_view value) : of_(std::string(value)) {}  // NOLINT(google-explicit-constructor)
  Resolved(const char* value) : of_(std::string(value)) {}       // NOLINT(google-explicit-constructor)
  Resolved(Object value) : of_(std::move(value)) {}              // NOLINT(google-explicit-constructor)
  Resolved(List value) : of_(std::move(value)) {}                // NOLINT(google-explicit-constructor)
  Resolved(base::Error error) : of_(std::move(error)) {}         // NOLINT(google-explicit-constructor)
  // Any JSON: a custom scalar's value, or for fields without a resolver a whole tree: its objects' members
  // are then the fields' values, and `__typename` names the type of an abstract one. A resolver of a field of
  // such an object gets it as its parent: a boost::json::value.
  static Resolved json(boost::json::value value) {
    Resolved resolved;
    resolved.of_ = std::move(value);
    return resolved;
  }
  // An object of the service's type T, shared, never copied.
  template <class T>
  static Resolved object(std::shared_ptr<const T> data, std::string_view type = {}) {
    return data ? Resolved(Object{.data = std::move(data), .type = type}) : Resolved();
  }
  template <class T>
  static Resolved object(T data, std::string_view type = {}) {
    return Resolved(Object{.data = std::make_shared<const T>(std::move(data)), .type = type});
  }
  template <class T>
  static Resolved from(base::Result<T> result) {
    if (!result) return Resolved(std::move(result).error());
    return Resolved(std::move(*result));
  }

  const Kind& get() const { return of_; }
  Kind& get() { return of_; }

 private:
  Kind of_{};
};

// One field, wanted of some parents of one type.
struct FieldBatch {
  const NamedType& parent_type;
  const FieldType& field;
  // Coerced, defaults filled in; a member is absent where the argument was not given and has no default.
  const boost::json::object& arguments;
  // In the order in which they appear in the response. A root field has one, whose data is what execute() was
  // given.
  const std::vector<Object>& parents;
  // What execute() was given: whatever the service needs to know of the request.
  void* context;
  const base::Call& call;
  // Whether a field of that name is selected right below, of whatever type, for resolvers that can save work.
  std::function<bool(std::string_view)> selects;

  template <class T>
  const T& parent(std::size_t i) const {
    return *static_cast<const T*>(parents[i].data.get());
  }
  template <class T>
  T& of_request() const {
    return *static_cast<T*>(context);
  }
};

// One value for each parent, in their order.
using Values = std::vector<Resolved>;

// A value that is at hand: called for one parent at a time, must not block. `arguments` as in FieldBatch.
using PlainResolver =
    std::function<Resolved(const Object& parent, const boost::json::object& arguments, void* context)>;
// A value that has to be waited for. The batch outlives the coroutine.
using BatchResolver = std::function<base::Awaitable<Values>(const FieldBatch& batch)>;

// The events of a subscription's root field. Owned by the subscription; used by one coroutine at a time.
class EventSource {
 public:
  virtual ~EventSource() = default;
  // The next event, as the root field's value; nothing at the end. An error ends the subscription with it;
  // kDeadlineExceeded alone means that none has come yet.
  virtual base::Awaitable<base::Result<std::optional<Resolved>>> next(base::Deadline deadline) = 0;
};

struct SubscribeCall {
  const FieldType& field;
  const boost::json::object& arguments;
  void* context;
  base::Call call;
};
using SubscribeResolver =
    std::function<base::Awaitable<base::Result<std::unique_ptr<EventSource>>>(SubscribeCall call)>;

class Resolvers {
 public:
  // `field` is "Type.field". Each asserts that it was not given before.
  void plain(std::string_view field, PlainResolver resolver);
  void batch(std::string_view field, BatchResolver resolver);
  void subscribe(std::string_view field, SubscribeResolver resolver);

  // A field of an object of the service's type T: `resolvers.member<T>("User.tier", [](const T& user) { ...
  // })`.
  template <class T, class Fn>
  void member(std::string_view field, Fn fn) {
    plain(field, [fn = std::move(fn)](const Object& parent, const boost::json::object&, void*) -> Resolved {
      return fn(*static_cast<const T*>(parent.data.get()));
    });
  }

  // Names every given field that the schema lacks, and every field of an object type without a resolver
  // (unless `allow_defaults`). Called once at start.
  std::vector<std::string> check(const Schema& schema, bool allow_defaults = false) const;

  const PlainResolver* find_plain(const NamedType& type, const FieldType& field) const;
  const BatchResolver* find_batch(const NamedType& type, const FieldType& field) const;
  const SubscribeResolver* find_subscribe(const NamedType& type, const FieldType& field) const;

 private:
  struct Entry {
    PlainResolver plain{};
    BatchResolver batch{};
    SubscribeResolver subscribe{};
  };
  const Entry* find(std::string_view type, std::string_view field) const;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_{};
};

}  // namespace parley::graphql
