#include "base/file.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/quote.h"

namespace parley::base {
namespace {

constexpr std::size_t kShownPathBytes = 256;

// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }

 private:
  int number_;
};

std::unexpected<Error> refused(const std::string& path, std::string_view why) {
  return fail(ErrorCode::kBadUserInput, fmt::format("the file {} {}", quote(path, kShownPathBytes), why));
}

std::unexpected<Error> unreadable(const std::string& path, int error) {
  return refused(path, fmt::format("cannot be read: {}", std::strerror(error)));
}

}  // namespace

Result<SmallFile> read_small_file(const std::string& path, std::size_t max_bytes) {
  if (path.find('\0') != std::string::npos) return refused(path, "has a name with a NUL in it");
  // Without O_NONBLOCK a pipe that nobody writes to would be waited for.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) return unreadable(path, errno);
  struct stat about{};
  if (::fstat(file.number(), &about) != 0) return unreadable(path, errno);
  if (!S_ISREG(about.st_mode)) return refused(path, "is not a regular file");

  SmallFile result{.world_readable = (about.st_mode & S_IROTH) != 0};
  // One more than is allowed, so that a file that is longer shows.
  result.content.resize(max_bytes + 1);
  std::size_t size = 0;
  while (size < result.content.size()) {
    const auto got = ::read(file.number(), result.content.data() + size, result.content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > max_bytes) return refused(path, fmt::format("has more than {} bytes", max_bytes));
  result.content.resize(size);
  return result;
}

std::string path_in(const std::string& folder, const std::string& path) {
  if (folder.empty() || path.empty() || path.front() == '/') return path;
  return folder + (folder.back() == '/' ? "" : "/") + path;
}

}  // namespace parley::base
