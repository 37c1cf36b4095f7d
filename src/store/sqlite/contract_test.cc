#include <gtest/gtest.h>

#include "store/contract/all.h"
#include "store/sqlite/scratch.h"
#include "store/sqlite/sqlite_store.h"

namespace parley::store::contract {
namespace {

class SqliteSubject final : public Subject {
 public:
  SqliteSubject() : store_(good(sqlite::open_store({.path = scratch_.path()}, metrics_, log_))) {}
  Store& store() override { return *store_; }

 private:
  sqlite::Scratch scratch_;
  base::Metrics metrics_;
  base::Log log_{base::LogLevel::kError};
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract,
                         ::testing::Values(MakeSubject([] { return std::make_unique<SqliteSubject>(); })),
                         [](const auto&) { return "file"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, RandomBudgets,
                         ::testing::Values(MakeSubject([] { return std::make_unique<SqliteSubject>(); })),
                         [](const auto&) { return "file"; });

}  // namespace
}  // namespace parley::store::contract
