// A secret of the configuration: a key, a password. It cannot be printed, logged or converted by accident;
// whoever needs it calls reveal(), and that is what a reviewer looks for. A value; any thread.
#pragma once

#include <iosfwd>
#include <string>
#include <utility>

namespace parley::base {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  // Leaves no copy in freed memory.
  ~Secret() { wipe(); }

  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

  // Would compile to nothing useful otherwise, and one day to something dangerous.
  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;
  // GoogleTest shows the bytes of what it cannot print.
  friend void PrintTo(const Secret& secret, std::ostream* out);

 private:
  void wipe();

  std::string value_{};
};

}  // namespace parley::base
