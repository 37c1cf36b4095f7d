// Relay's pagination over any ordered list that can be read from both ends.
#pragma once

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "store/requests.h"

namespace parley::store::sqlite {

// `fetch(forward, after, before, count)` gives up to `count` items strictly between the cursors, from the
// list's start or, backward, from its end. `beyond(forward, cursor)` says whether the list has an item at the
// cursor or past it.
template <class Item, class Cursor, class Fetch, class Beyond>
base::Result<Page<Item>> read_page(const PageRequest<Cursor>& request, Fetch fetch, Beyond beyond) {
  const int count = request.first.value_or(request.last.value_or(-1));
  if (request.first.has_value() == request.last.has_value() || count < 0 || count > kMaxPage) {
    return base::fail(base::ErrorCode::kBadUserInput, "a page wants either first or last, from 0 to 200");
  }
  const bool forward = request.first.has_value();
  Page<Item> page{.items = fetch(forward, request.after, request.before, count + 1)};
  const bool more = page.items.size() > static_cast<std::size_t>(count);
  if (more) page.items.pop_back();
  if (!forward) std::reverse(page.items.begin(), page.items.end());
  // The page reaches up to the cursor on the side that it was not cut on.
  page.has_next = (forward && more) || (request.before && beyond(true, *request.before));
  page.has_previous = (!forward && more) || (request.after && beyond(false, *request.after));
  return page;
}

}  // namespace parley::store::sqlite
