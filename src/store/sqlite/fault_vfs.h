// A disk that fails on demand: an SQLite VFS over the real one that fails the k-th read, write, sync or
// truncation. Tests only.
//
// A sync is noted and not done: nothing here loses power, and hundreds of them would take a while.
// While one exists it is SQLite's default VFS; made before the connections and destroyed after them. The
// counters may be asked from any thread.
#pragma once

#include <atomic>
#include <csignal>
#include <cstdint>

#include <sqlite3.h>
#include <unistd.h>

namespace parley::store::sqlite {

enum class Fault : std::uint8_t {
  // One operation fails.
  kOnce,
  // That one and every later one fails.
  kBroken,
  // From then on every write finds the disk full; reading and syncing go on.
  kFull,
  // The process is killed before it.
  kKilled,
};

class FaultVfs {
 public:
  FaultVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.iVersion = 1;
    vfs_.zName = "parley_fault";
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FaultVfs() { sqlite3_vfs_unregister(&vfs_); }
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  // From now on the k-th operation, counted from 1, fails.
  void fail(std::int64_t k, Fault fault) {
    fault_ = fault;
    fired_ = false;
    left_ = k;
  }
  void heal() { left_ = kHealthy; }
  // Neither fails nor counts anything until resume().
  void pause() { paused_ = true; }
  void resume() { paused_ = false; }
  bool fired() const { return fired_; }
  // Whether something was written to the write-ahead log that was not synced since.
  bool log_unsynced() const { return log_unsynced_; }

 private:
  struct File {
    sqlite3_file base;
    FaultVfs* vfs;
    bool is_log;
  };
  static constexpr std::int64_t kHealthy = std::int64_t{1} << 60;

  static File& self(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  // The real VFS's file lies behind ours.
  static sqlite3_file* real(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
  }

  bool fails(bool writing) {
    if (paused_) return false;
    const std::int64_t left = --left_;
    if (left > 0 || (fault_ == Fault::kOnce && left < 0)) return false;
    if (fault_ == Fault::kFull && !writing) return false;
    fired_ = true;
    if (fault_ == Fault::kKilled) ::kill(::getpid(), SIGKILL);
    return true;
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    auto* owner = static_cast<FaultVfs*>(vfs->pAppData);
    File& mine = self(file);
    mine.base.pMethods = nullptr;
    mine.vfs = owner;
    mine.is_log = (flags & SQLITE_OPEN_WAL) != 0;
    const int code = owner->real_->xOpen(owner->real_, name, real(file), flags, out);
    if (real(file)->pMethods != nullptr) mine.base.pMethods = &kMethods;
    return code;
  }
  static int close(sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); }
  static int read(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
    if (self(f).vfs->fails(false)) return SQLITE_IOERR_READ;
    return real(f)->pMethods->xRead(real(f), to, n, at);
  }
  static int write(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
    FaultVfs& vfs = *self(f).vfs;
    if (vfs.fails(true)) return vfs.fault_ == Fault::kFull ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    if (self(f).is_log) vfs.log_unsynced_ = true;
    return real(f)->pMethods->xWrite(real(f), from, n, at);
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    if (self(f).vfs->fails(false)) return SQLITE_IOERR_TRUNCATE;
    return real(f)->pMethods->xTruncate(real(f), size);
  }
  static int sync(sqlite3_file* f, int /*flags*/) {
    FaultVfs& vfs = *self(f).vfs;
    if (vfs.fails(false)) return SQLITE_IOERR_FSYNC;
    if (self(f).is_log) vfs.log_unsynced_ = false;
    return SQLITE_OK;
  }
  static int file_size(sqlite3_file* f, sqlite3_int64* size) {
    return real(f)->pMethods->xFileSize(real(f), size);
  }
  static int lock(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
  static int unlock(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
  static int reserved(sqlite3_file* f, int* out) {
    return real(f)->pMethods->xCheckReservedLock(real(f), out);
  }
  static int control(sqlite3_file* f, int op, void* arg) {
    return real(f)->pMethods->xFileControl(real(f), op, arg);
  }
  static int sector(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
  static int device(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
  static int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
    return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
    return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
  }
  static void shm_barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
  static int shm_unmap(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

  static constexpr sqlite3_io_methods kMethods{
      .iVersion = 2,
      .xClose = close,
      .xRead = read,
      .xWrite = write,
      .xTruncate = truncate,
      .xSync = sync,
      .xFileSize = file_size,
      .xLock = lock,
      .xUnlock = unlock,
      .xCheckReservedLock = reserved,
      .xFileControl = control,
      .xSectorSize = sector,
      .xDeviceCharacteristics = device,
      .xShmMap = shm_map,
      .xShmLock = shm_lock,
      .xShmBarrier = shm_barrier,
      .xShmUnmap = shm_unmap,
  };

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::atomic<Fault> fault_{Fault::kOnce};
  std::atomic<std::int64_t> left_{kHealthy};
  std::atomic<bool> fired_{false};
  std::atomic<bool> paused_{false};
  std::atomic<bool> log_unsynced_{false};
};

}  // namespace parley::store::sqlite
