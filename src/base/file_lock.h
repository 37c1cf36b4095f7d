// A lock that one process holds at a time. The system lets go of it when the process ends, however it does.
//
// flock(2) on a file made for nothing else: closing another descriptor of a file that SQLite has open would
// take SQLite's own locks away. Any thread; blocks as long as it waits.
#pragma once

#include <chrono>
#include <string>

#include "base/error.h"

namespace parley::base {

class FileLock {
 public:
  // Makes the file where it is not there; it stays when the lock is gone. OVERLOADED where another process
  // (or another FileLock) still holds it after `wait`, INTERNAL where the file cannot be made.
  [[nodiscard]] static Result<FileLock> take(const std::string& path, std::chrono::milliseconds wait);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace parley::base
