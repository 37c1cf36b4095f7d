#include "graphql/document_cache.h"

#include <utility>

namespace parley::graphql {
namespace {

// What a document holds: its text, escapes resolved a second time at the most, and a node of the tree or its
// share of a vector's slack for each token.
std::size_t estimated_bytes(const Document& document) {
  constexpr std::size_t kToken = 2 * sizeof(Selection);
  constexpr std::size_t kOverhead = 1024;
  return 2 * document.source().size() + kToken * document.tokens + kOverhead;
}

}  // namespace

DocumentCache::DocumentCache(SchemaPtr schema, DocumentCacheOptions options)
    : schema_(std::move(schema)), options_(options) {}

std::expected<std::shared_ptr<const Prepared>, std::vector<GraphqlError>> DocumentCache::get(
    std::string source) {
  if (const auto found = by_source_.find(source); found != by_source_.end()) {
    ++hits_;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->prepared;
  }
  ++misses_;
  auto document = parse(std::move(source), options_.parse);
  if (!document) return std::unexpected(std::vector{std::move(document).error()});
  if (auto errors = validate(*schema_, **document, options_.validate); !errors.empty()) {
    return std::unexpected(std::move(errors));
  }
  auto prepared =
      std::make_shared<const Prepared>(Prepared{.schema = schema_, .document = std::move(*document)});
  keep(prepared);
  return prepared;
}

void DocumentCache::keep(const std::shared_ptr<const Prepared>& prepared) {
  const std::size_t bytes = estimated_bytes(*prepared->document);
  if (bytes > options_.max_bytes / 8 || options_.max_documents == 0) return;
  while (!entries_.empty() &&
         (entries_.size() >= options_.max_documents || bytes_ + bytes > options_.max_bytes)) {
    by_source_.erase(entries_.back().prepared->document->source());
    bytes_ -= entries_.back().bytes;
    entries_.pop_back();
  }
  entries_.push_front({.prepared = prepared, .bytes = bytes});
  by_source_.emplace(prepared->document->source(), entries_.begin());
  bytes_ += bytes;
}

}  // namespace parley::graphql
