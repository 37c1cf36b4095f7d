#include "graphql/document_cache.h"

#include <gtest/gtest.h>

#include "graphql/execution_harness.h"

namespace parley::graphql {
namespace {

std::string query(int number) {
  return "query Q" + std::to_string(number) + " { a }";
}

struct DocumentCacheFixture : testing::Test {
  DocumentCache cache_of(DocumentCacheOptions options = {}) { return DocumentCache(schema, options); }
  // Whether the document was there.
  static bool hit(DocumentCache& cache, const std::string& source) {
    const std::uint64_t before = cache.hits();
    EXPECT_TRUE(cache.get(source)) << source;
    return cache.hits() != before;
  }

  SchemaPtr schema = schema_of("type Query { a: Int }");
};
using DocumentCacheTest = DocumentCacheFixture;

TEST_F(DocumentCacheTest, the_same_source_is_the_same_document) {
  DocumentCache cache = cache_of();
  const auto first = cache.get(query(1));
  const auto again = cache.get(query(1));
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, *again);
  EXPECT_EQ((*first)->document->source(), query(1));
  EXPECT_EQ((*first)->schema, schema);
  EXPECT_NE(*cache.get(query(2)), *first);
  EXPECT_EQ(cache.documents(), 2U);
  EXPECT_EQ(cache.hits(), 1U);
  EXPECT_EQ(cache.misses(), 2U);
}

TEST_F(DocumentCacheTest, what_is_wrong_is_told_each_time_and_not_kept) {
  DocumentCache cache = cache_of();
  for (int i = 0; i < 2; ++i) {
    const auto unparsed = cache.get("{ a");
    ASSERT_FALSE(unparsed);
    EXPECT_EQ(unparsed.error().at(0).extensions.at("code"), "GRAPHQL_PARSE_FAILED");
    const auto invalid = cache.get("{ b c }");
    ASSERT_FALSE(invalid);
    EXPECT_EQ(invalid.error().size(), 2U);
    EXPECT_EQ(invalid.error()[0].extensions.at("code"), "GRAPHQL_VALIDATION_FAILED");
  }
  EXPECT_EQ(cache.documents(), 0U);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST_F(DocumentCacheTest, knows_its_options) {
  DocumentCache cache = cache_of({.parse = {.max_tokens = 5}, .validate = {.introspection = false}});
  EXPECT_TRUE(cache.get("{ a }"));
  EXPECT_FALSE(cache.get("{ a a a a }"));
  EXPECT_FALSE(cache.get("{ __schema { __typename } }"));
}

TEST_F(DocumentCacheTest, the_longest_unused_goes_first) {
  DocumentCache cache = cache_of({.max_documents = 2});
  EXPECT_FALSE(hit(cache, query(1)));
  EXPECT_FALSE(hit(cache, query(2)));
  EXPECT_TRUE(hit(cache, query(1)));
  EXPECT_FALSE(hit(cache, query(3)));
  EXPECT_EQ(cache.documents(), 2U);
  EXPECT_TRUE(hit(cache, query(1)));
  EXPECT_FALSE(hit(cache, query(2)));
}

TEST_F(DocumentCacheTest, a_forgotten_document_lives_while_it_is_used) {
  DocumentCache cache = cache_of({.max_documents = 1});
  const auto first = cache.get(query(1));
  EXPECT_FALSE(hit(cache, query(2)));
  EXPECT_EQ((*first)->document->source(), query(1));
}

TEST_F(DocumentCacheTest, bytes_are_bounded) {
  DocumentCache cache = cache_of({.max_bytes = 100'000});
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_FALSE(hit(cache, query(i)));
    EXPECT_LE(cache.bytes(), 100'000U);
  }
  EXPECT_GT(cache.documents(), 20U);
  EXPECT_LT(cache.documents(), 100U);
}

TEST_F(DocumentCacheTest, a_document_too_large_is_served_and_not_kept) {
  DocumentCache cache = cache_of({.max_bytes = 100'000});
  EXPECT_FALSE(hit(cache, query(1)));
  const std::string large = "{ a } #" + std::string(20'000, ' ');
  EXPECT_FALSE(hit(cache, large));
  EXPECT_FALSE(hit(cache, large));
  EXPECT_TRUE(hit(cache, query(1)));
}

TEST_F(DocumentCacheTest, may_be_turned_off) {
  DocumentCache cache = cache_of({.max_documents = 0});
  EXPECT_FALSE(hit(cache, query(1)));
  EXPECT_FALSE(hit(cache, query(1)));
}

}  // namespace
}  // namespace parley::graphql
