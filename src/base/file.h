// Small files that the configuration names, read whole. Any thread; blocks as long as the disk takes.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.h"

namespace parley::base {

struct SmallFile {
  std::string content;
  // Users beside the owner and the group may read it.
  bool world_readable = false;
};

// The content of a regular file (or of one that links lead to) of at most `max_bytes`. BAD_USER_INPUT, naming
// the file: it is not there, not a file, may not be read, is larger.
[[nodiscard]] Result<SmallFile> read_small_file(const std::string& path, std::size_t max_bytes);

// `path` where it is absolute or empty; else below `folder` (empty: the working directory).
std::string path_in(const std::string& folder, const std::string& path);

}  // namespace parley::base
