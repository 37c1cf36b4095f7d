// One connection to an SQLite file, with its prepared statements kept.
//
// Used on one thread at a time: by a lane's thread, or at the store's opening. A statement that fails leaves
// the connection failed: from then on every statement yields no row and changes nothing, until take_error()
// is asked. So a job reads like plain code, and its lane finds out once, at the job's end, that nothing of it
// counts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include <sqlite3.h>

#include "base/clock.h"
#include "base/error.h"
#include "model/id.h"
#include "model/quantity.h"

namespace parley::store::sqlite {

class Connection;

// One run of a statement: `auto q = db.query("SELECT ...", a, b); while (q.next()) { q.take<T>() ... }`.
class Query {
 public:
  // `statement` may be null, on a failed connection: then there is no row.
  template <class... Values>
  Query(Connection& db, sqlite3_stmt* statement, const Values&... values) : db_(db), statement_(statement) {
    int index = 0;
    (bind(++index, values), ...);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  // Steps to the next row; false after the last one, or when the connection has failed.
  bool next();

  // The row's next column. Asked for in order, each once.
  template <class T>
  T take() {
    T value{};
    read(column_++, value);
    return value;
  }

 private:
  template <class T>
  void bind(int index, const T& value) {
    if (statement_ != nullptr) put(index, value);
  }
  void put(int index, std::int64_t value);
  void put(int index, std::string_view value);
  void put(int index, const std::string& value) { put(index, std::string_view(value)); }
  void put(int index, const char* value) { put(index, std::string_view(value)); }
  void put(int index, std::nullopt_t);
  void put(int index, const model::UlidBytes& value);
  void put(int index, bool value) { put(index, std::int64_t{value}); }
  void put(int index, int value) { put(index, std::int64_t{value}); }
  void put(int index, base::WallTime value) { put(index, std::int64_t{value.time_since_epoch().count()}); }
  void put(int index, std::chrono::milliseconds value) { put(index, std::int64_t{value.count()}); }
  void put(int index, std::chrono::sys_days value) {
    put(index, std::int64_t{value.time_since_epoch().count()});
  }
  template <class Tag>
  void put(int index, const model::Id<Tag>& value) {
    put(index, value.bytes());
  }
  template <class Tag>
  void put(int index, model::Quantity<Tag> value) {
    put(index, value.count());
  }
  template <class T>
    requires std::is_enum_v<T>
  void put(int index, T value) {
    put(index, static_cast<std::int64_t>(value));
  }
  template <class T>
  void put(int index, const std::optional<T>& value) {
    value ? put(index, *value) : put(index, std::nullopt);
  }

  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  void read(int column, std::int64_t& value) const { value = sqlite3_column_int64(statement_, column); }
  void read(int column, bool& value) const { value = sqlite3_column_int64(statement_, column) != 0; }
  void read(int column, std::string& value) const;
  void read(int column, model::UlidBytes& value) const;
  void read(int column, base::WallTime& value) const {
    value = base::WallTime(std::chrono::milliseconds(sqlite3_column_int64(statement_, column)));
  }
  void read(int column, std::chrono::milliseconds& value) const {
    value = std::chrono::milliseconds(sqlite3_column_int64(statement_, column));
  }
  void read(int column, std::chrono::sys_days& value) const {
    value = std::chrono::sys_days(std::chrono::days(sqlite3_column_int64(statement_, column)));
  }
  template <class Tag>
  void read(int column, model::Id<Tag>& value) const {
    model::UlidBytes bytes{};
    read(column, bytes);
    value = model::Id<Tag>(bytes);
  }
  template <class Tag>
  void read(int column, model::Quantity<Tag>& value) const {
    value = model::Quantity<Tag>(sqlite3_column_int64(statement_, column));
  }
  template <class T>
    requires std::is_enum_v<T>
  void read(int column, T& value) const {
    value = static_cast<T>(sqlite3_column_int64(statement_, column));
  }
  template <class T>
  void read(int column, std::optional<T>& value) const {
    if (is_null(column)) {
      value.reset();
    } else {
      read(column, value.emplace());
    }
  }

  Connection& db_;
  sqlite3_stmt* statement_;
  int column_ = 0;
};

class Connection {
 public:
  enum class Mode : std::uint8_t { kWrite, kRead };

  // Opens or makes the file at `path` and sets WAL, synchronous=FULL, foreign keys and the wait for other
  // processes' locks. INTERNAL when the file cannot be opened, or OVERLOADED while another process holds it.
  [[nodiscard]] static base::Result<std::unique_ptr<Connection>> open(const std::string& path, Mode mode,
                                                                      std::chrono::milliseconds busy_timeout);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Prepares `sql`, or takes the statement kept from before, and binds `values` to its parameters ?1, ?2...
  template <class... Values>
  Query query(std::string_view sql, const Values&... values) {
    return Query(*this, prepared(sql), values...);
  }
  // Runs a statement that yields nothing. Returns how many rows it changed.
  template <class... Values>
  std::int64_t run(std::string_view sql, const Values&... values) {
    Query statement(*this, prepared(sql), values...);
    while (statement.next()) {
    }
    return failed() ? 0 : sqlite3_changes64(db_);
  }
  // Several statements at once, not kept.
  void script(const char* sql);

  bool failed() const { return code_ != SQLITE_OK; }
  // SQLite's result code of the failure; SQLITE_OK without one.
  int error_code() const { return code_; }
  // The failure as the documented error; the connection works again afterwards.
  base::Error take_error();
  void fail(int code);

  // False once SQLite itself rolled a transaction back.
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

  sqlite3* handle() { return db_; }

 private:
  explicit Connection(sqlite3* db) : db_(db) {}
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  sqlite3_stmt* prepared(std::string_view sql);

  sqlite3* db_;
  std::unordered_map<std::string, sqlite3_stmt*, TextHash, std::equal_to<>> statements_;
  int code_ = SQLITE_OK;
  std::string detail_;
};

}  // namespace parley::store::sqlite
