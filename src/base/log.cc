#include "base/log.h"

#include <array>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/time.h"

namespace parley::base {
namespace {

constexpr std::array<std::string_view, 5> kNames{"debug", "info", "warn", "error", "off"};

void append_value(std::string& line, std::string_view text) {
  line += boost::json::serialize(text);
}

}  // namespace

Log::Log(LogLevel level) : level_(level) {
  if (level == LogLevel::kOff) return;
  sink_ = std::make_shared<spdlog::logger>("parley", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  sink_->set_pattern("%v");
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const {
  if (!enabled(level) || !sink_) return;
  std::string line =
      fmt::format(R"({{"time":"{}","level":"{}","event":)", format_time(SystemClock().wall_now()),
                  kNames[static_cast<std::size_t>(level)]);
  append_value(line, event);
  for (const LogField& field : fields) {
    line += ',';
    append_value(line, field.key);
    line += ':';
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      append_value(line, *text);
    } else if (const auto* integer = std::get_if<std::int64_t>(&field.value)) {
      line += std::to_string(*integer);
    } else if (const auto* number = std::get_if<double>(&field.value)) {
      line += boost::json::serialize(*number);
    } else {
      line += std::get<bool>(field.value) ? "true" : "false";
    }
  }
  line += '}';
  // The raw-string overload: nothing in the line is taken for a format.
  sink_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

std::optional<LogLevel> log_level_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

std::string user_hash(std::string_view tenant, std::string_view user) {
  std::string input(tenant);
  input += '\0';
  input += user;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(input.data(), input.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string hex;
  for (std::size_t i = 0; i < 8; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace parley::base
