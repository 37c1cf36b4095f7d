#include "base/file_lock.h"

#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/quote.h"

namespace parley::base {

namespace {

constexpr std::chrono::milliseconds kAgain{20};

}  // namespace

Result<FileLock> FileLock::take(const std::string& path, std::chrono::milliseconds wait) {
  const auto give_up = std::chrono::steady_clock::now() + wait;
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return fail(ErrorCode::kInternal,
                fmt::format("the file {} cannot be made: {}", quote(path, 256), std::strerror(errno)));
  }
  FileLock lock(descriptor);
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    if (error == EINTR) continue;
    if (error != EWOULDBLOCK) {
      return fail(ErrorCode::kInternal,
                  fmt::format("the file {} cannot be locked: {}", quote(path, 256), std::strerror(error)));
    }
    if (std::chrono::steady_clock::now() >= give_up) {
      return fail(ErrorCode::kOverloaded, fmt::format("another process holds {}", quote(path, 256)));
    }
    std::this_thread::sleep_for(kAgain);
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace parley::base
