// The store in one SQLite file: for one node, with nothing to install.
//
// Made by `app` before the workers and closed after their tasks have ended, before their io_contexts go. Any
// worker calls it; SQLite itself runs on the store's own threads (one writer, some readers).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/store.h"

namespace parley::store::sqlite {

struct SqliteOptions {
  std::string path;
  // Threads that read, each with a connection: 1 and up.
  std::size_t readers = 2;
  // How many reads and how many writes may wait; above that they are OVERLOADED.
  std::size_t queue = 4096;
  // How many writes are committed at once at the most.
  std::size_t max_group = 256;
  // How long another process's lock is waited for.
  std::chrono::milliseconds busy_timeout{2000};
  // The file grows no larger than this many pages of 4 KiB; 0: as large as the disk allows.
  std::int64_t max_pages = 0;
};

// Opens the file, or makes it, and brings its tables up to date. Fails with INTERNAL when it cannot be opened
// or was written by a newer program, OVERLOADED while another process holds it. `metrics` and `log` outlive
// the store. The store's destructor does what was submitted before it returns.
[[nodiscard]] base::Result<std::unique_ptr<Store>> open_store(const SqliteOptions& options,
                                                              base::Metrics& metrics, const base::Log& log);

}  // namespace parley::store::sqlite
