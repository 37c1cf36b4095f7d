// Structured logs: one JSON object a line, with `time`, `level`, `event` and the given fields.
//
// An event is a fixed name in snake_case ("turn_finished"); what varies goes into fields. Message text,
// tokens, keys and names of users never go in (hash a user with user_hash). A constructor argument; any
// thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace spdlog {
class logger;
}

namespace parley::base {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError, kOff };

struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  LogField(std::string_view k, double v) : key(k), value(v) {}
  template <class Integer>
    requires std::is_integral_v<Integer>
  LogField(std::string_view k, Integer v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

class Log {
 public:
  // Writes to standard error, never blocking the caller on a slow reader longer than a write takes.
  explicit Log(LogLevel level);
  // Writes nothing: for tests.
  static Log none() { return Log(LogLevel::kOff); }

  void debug(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kDebug, event, fields);
  }
  void info(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kInfo, event, fields);
  }
  void warn(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kWarn, event, fields);
  }
  void error(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kError, event, fields);
  }

  bool enabled(LogLevel level) const { return level >= level_; }

 private:
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const;

  LogLevel level_;
  std::shared_ptr<spdlog::logger> sink_;
};

// "debug", "info", "warn", "error" or "off"; nothing for any other word.
std::optional<LogLevel> log_level_from_name(std::string_view name);

// A short, stable, one-way name for a user in logs.
std::string user_hash(std::string_view tenant, std::string_view user);

}  // namespace parley::base
