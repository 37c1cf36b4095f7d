// Documents that were parsed and found valid before, by their source: clients send the same few again and
// again.
//
// Belongs to one worker. Bounded by number and by bytes; the documents that were not asked for the longest
// are forgotten first. Documents that do not parse or are not valid are not kept, so strangers cannot push
// others out with them for less than it costs to write valid ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphql/ast.h"
#include "graphql/error.h"
#include "graphql/parse.h"
#include "graphql/schema.h"
#include "graphql/validate.h"

namespace parley::graphql {

// A document that may be executed against its schema.
struct Prepared {
  SchemaPtr schema;
  DocumentPtr document;
};

struct DocumentCacheOptions {
  // Of source and syntax tree, estimated. A document that would take more than an eighth is not kept.
  std::size_t max_bytes = std::size_t{8} << 20;
  std::size_t max_documents = 1'000;
  ParseOptions parse{};
  ValidateOptions validate{};
};

class DocumentCache {
 public:
  explicit DocumentCache(SchemaPtr schema, DocumentCacheOptions options = {});

  // The document of that source. The errors are parse()'s one or validate()'s.
  [[nodiscard]] std::expected<std::shared_ptr<const Prepared>, std::vector<GraphqlError>> get(
      std::string source);

  std::size_t documents() const { return by_source_.size(); }
  std::size_t bytes() const { return bytes_; }
  // How often a document was there, and how often not.
  std::uint64_t hits() const { return hits_; }
  std::uint64_t misses() const { return misses_; }

 private:
  struct Entry {
    std::shared_ptr<const Prepared> prepared;
    std::size_t bytes = 0;
  };
  void keep(const std::shared_ptr<const Prepared>& prepared);

  SchemaPtr schema_;
  DocumentCacheOptions options_;
  // The one asked for last comes first.
  std::list<Entry> entries_{};
  // The keys are the documents' own sources.
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_source_{};
  std::size_t bytes_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

}  // namespace parley::graphql
