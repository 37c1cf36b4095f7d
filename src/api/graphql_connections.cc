// Pages as Relay's cursor connections (relay.dev/graphql/connections.htm).
#include <algorithm>
#include <utility>

#include "api/cursor.h"
#include "api/graphql_resolvers.h"

namespace parley::api {

using base::Awaitable;
using base::ErrorCode;
using base::Result;
using graphql::FieldBatch;
using graphql::Object;
using graphql::Resolved;
using graphql::Resolvers;
using graphql::Values;

namespace json = boost::json;

namespace {

// Where neither `first` nor `last` is asked for.
constexpr int kDefaultPage = 50;

Result<std::optional<int>> page_size(const json::object& arguments, std::string_view name) {
  const auto asked = integer(arguments, name);
  if (!asked) return std::optional<int>{};
  if (*asked < 0 || *asked > store::kMaxPage) {
    return base::fail(ErrorCode::kBadUserInput,
                      std::string(name) + " is not from 0 to " + std::to_string(store::kMaxPage));
  }
  return std::optional(static_cast<int>(*asked));
}

template <class Cursor>
Result<store::PageRequest<Cursor>> page_request(const json::object& arguments,
                                                Result<Cursor> (*parse)(std::string_view)) {
  store::PageRequest<Cursor> page;
  auto first = page_size(arguments, "first");
  if (!first) return base::fail(std::move(first));
  auto last = page_size(arguments, "last");
  if (!last) return base::fail(std::move(last));
  page.first = *first;
  page.last = *last;
  if (page.first && page.last) {
    return base::fail(ErrorCode::kBadUserInput, "ask for `first` or for `last`, not for both");
  }
  if (!page.first && !page.last) page.first = kDefaultPage;
  for (const auto& [name, into] : {std::pair("after", &page.after), std::pair("before", &page.before)}) {
    const auto given = text(arguments, name);
    if (!given) continue;
    auto cursor = parse(*given);
    if (!cursor) {
      cursor.error().message = std::string(name) + ": " + cursor.error().message;
      return base::fail(std::move(cursor));
    }
    *into = std::move(*cursor);
  }
  return page;
}

std::string cursor_of(const model::Message& message) {
  return message_cursor(message.position);
}

std::string cursor_of(const model::Conversation& conversation) {
  return conversation_cursor(conversation);
}

// The resolvers of a connection of Items, whose page is the connection's object and whose items are its
// edges'.
template <class Item>
void add_connection(Resolvers& r, const std::string& connection, const std::string& edge) {
  using Page = store::Page<Item>;
  r.plain(connection + ".edges", [](const Object& parent, const json::object&, void*) -> Resolved {
    const auto page = std::static_pointer_cast<const Page>(parent.data);
    Resolved::List edges;
    edges.reserve(page->items.size());
    for (const Item& item : page->items) {
      edges.push_back(Resolved::object(std::shared_ptr<const Item>(page, &item)));
    }
    return {std::move(edges)};
  });
  r.plain(connection + ".pageInfo", [](const Object& parent, const json::object&, void*) -> Resolved {
    const auto& page = *static_cast<const Page*>(parent.data.get());
    json::object info{{"hasNextPage", page.has_next},
                      {"hasPreviousPage", page.has_previous},
                      {"startCursor", nullptr},
                      {"endCursor", nullptr}};
    if (!page.items.empty()) {
      info["startCursor"] = cursor_of(page.items.front());
      info["endCursor"] = cursor_of(page.items.back());
    }
    return Resolved::object(std::move(info));
  });
  r.member<Item>(edge + ".cursor", [](const Item& item) { return cursor_of(item); });
  r.plain(edge + ".node",
          [](const Object& parent, const json::object&, void*) -> Resolved { return parent; });
}

void add_page_info(Resolvers& r) {
  for (const char* member : {"hasNextPage", "hasPreviousPage", "startCursor", "endCursor"}) {
    r.plain(std::string("PageInfo.") + member,
            [member](const Object& parent, const json::object&, void*) -> Resolved {
              const json::value& value = static_cast<const json::object*>(parent.data.get())->at(member);
              if (value.is_bool()) return value.get_bool();
              if (value.is_string()) return std::string(value.get_string());
              return {};
            });
  }
}

Values all(std::size_t count, const base::Error& error) {
  Values values;
  for (std::size_t i = 0; i < count; ++i) values.emplace_back(error);
  return values;
}

// The same page of many conversations, in as few questions as the store takes.
Awaitable<Values> messages(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  auto page = page_request<store::MessageCursor>(batch.arguments, parse_message_cursor);
  if (!page) co_return all(batch.parents.size(), page.error());
  Values values;
  for (std::size_t begin = 0; begin < batch.parents.size(); begin += store::kMaxPage) {
    const std::size_t end = std::min(batch.parents.size(), begin + store::kMaxPage);
    std::vector<model::ConversationId> ids;
    for (std::size_t i = begin; i < end; ++i) ids.push_back(batch.parent<model::Conversation>(i).id);
    auto pages = co_await context.services.conversations.message_pages(quick(context), context.caller.owner,
                                                                       std::move(ids), *page);
    if (!pages) {
      for (Resolved& value : all(end - begin, pages.error())) values.push_back(std::move(value));
      continue;
    }
    for (auto& found : *pages) {
      values.push_back(found ? Resolved::object(std::move(*found))
                             : Resolved(base::Error{.code = ErrorCode::kNotFound,
                                                    .message = "the conversation is not there any more"}));
    }
  }
  co_return values;
}

Awaitable<Values> conversations(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  auto page = page_request<store::ConversationCursor>(batch.arguments, parse_conversation_cursor);
  if (!page) co_return all(1, page.error());
  store::ConversationFilter filter;
  if (const auto* asked = argument(batch.arguments, "filter"); asked != nullptr && asked->is_object()) {
    const json::object& fields = asked->get_object();
    // Said to be null: archived or not.
    if (fields.contains("archived")) filter.archived = boolean(fields, "archived");
    filter.title_contains = text(fields, "titleContains");
  }
  auto found = co_await context.services.conversations.list(quick(context), context.caller.owner,
                                                            std::move(filter), *page);
  if (!found) co_return all(1, found.error());
  co_return one(Resolved::object(std::move(*found)));
}

}  // namespace

void add_connections(Resolvers& resolvers) {
  resolvers.batch("Query.conversations", conversations);
  resolvers.batch("Conversation.messages", messages);
  add_connection<model::Conversation>(resolvers, "ConversationConnection", "ConversationEdge");
  add_connection<model::Message>(resolvers, "MessageConnection", "MessageEdge");
  add_page_info(resolvers);
}

}  // namespace parley::api
