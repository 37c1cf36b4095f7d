#include "store/sqlite/database.h"

#include <cstring>

namespace parley::store::sqlite {

using base::ErrorCode;

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Query::next() {
  if (statement_ == nullptr || db_.failed()) return false;
  column_ = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) db_.fail(code);
  return false;
}

void Query::put(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
}

void Query::put(int index, std::string_view value) {
  // A null pointer would bind NULL.
  const char* data = value.data() == nullptr ? "" : value.data();
  const int code = sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) db_.fail(code);
}

void Query::put(int index, std::nullopt_t) {
  sqlite3_bind_null(statement_, index);
}

void Query::put(int index, const model::UlidBytes& value) {
  const int code =
      sqlite3_bind_blob(statement_, index, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) db_.fail(code);
}

void Query::read(int column, std::string& value) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  if (data != nullptr) value.assign(data, size);
}

void Query::read(int column, model::UlidBytes& value) const {
  const void* data = sqlite3_column_blob(statement_, column);
  if (data != nullptr && sqlite3_column_bytes(statement_, column) == static_cast<int>(value.size())) {
    std::memcpy(value.data(), data, value.size());
  }
}

base::Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Mode mode,
                                                           std::chrono::milliseconds busy_timeout) {
  sqlite3* handle = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (mode == Mode::kWrite ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Connection> db(new Connection(handle));
  if (code != SQLITE_OK) {
    return base::fail(ErrorCode::kInternal, "the store cannot be opened", path + ": " + sqlite3_errstr(code));
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
  db->script(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
      "PRAGMA cache_size=-16384; PRAGMA journal_size_limit=67108864; PRAGMA wal_autocheckpoint=4000;");
  if (mode == Mode::kRead) db->script("PRAGMA query_only=ON;");
  if (db->failed()) return std::unexpected(db->take_error());
  return db;
}

Connection::~Connection() {
  for (const auto& [text, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(db_);
}

sqlite3_stmt* Connection::prepared(std::string_view sql) {
  if (failed()) return nullptr;
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return known->second;
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    fail(code);
    return nullptr;
  }
  statements_.emplace(std::string(sql), statement);
  return statement;
}

void Connection::script(const char* sql) {
  if (failed()) return;
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

void Connection::fail(int code) {
  if (failed()) return;
  code_ = code;
  detail_ = std::string(sqlite3_errstr(code)) + ": " + sqlite3_errmsg(db_);
}

base::Error Connection::take_error() {
  const int code = std::exchange(code_, SQLITE_OK);
  base::Error error{.code = ErrorCode::kInternal, .message = "the store failed", .cause = std::move(detail_)};
  detail_.clear();
  switch (code & 0xff) {
    case SQLITE_FULL:
      error.code = ErrorCode::kOverloaded;
      error.message = "the store has no room left; nothing was written";
      error.retry_after = std::chrono::seconds(30);
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      error.code = ErrorCode::kOverloaded;
      error.message = "the store is busy; nothing was written";
      error.retry_after = std::chrono::seconds(1);
      break;
    case SQLITE_INTERRUPT:
      error.code = ErrorCode::kDeadlineExceeded;
      error.message = "the store took too long";
      break;
    case SQLITE_CONSTRAINT:
      // The only constraints that a request can meet are ids that exist already.
      if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) {
        error.code = ErrorCode::kConflict;
        error.message = "an id is taken already";
      }
      break;
    default:
      break;
  }
  return error;
}

}  // namespace parley::store::sqlite
