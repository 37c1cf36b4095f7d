#include "base/file_lock.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace parley::base {
namespace {

using namespace std::chrono_literals;

class FileLockTest : public ::testing::Test {
 protected:
  FileLockTest() {
    std::string name = (std::filesystem::temp_directory_path() / "parley-lock.XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~FileLockTest() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return (folder_ / "store.lock").string(); }

 private:
  std::filesystem::path folder_;
};

TEST_F(FileLockTest, is_held_by_one_at_a_time) {
  std::optional<FileLock> first(FileLock::take(path(), 0ms).value());
  EXPECT_EQ(FileLock::take(path(), 30ms).error().code, ErrorCode::kOverloaded);
  first.reset();
  const auto second = FileLock::take(path(), 0ms);
  EXPECT_TRUE(second);
}

TEST_F(FileLockTest, moves_to_its_new_owner) {
  std::optional<FileLock> first(FileLock::take(path(), 0ms).value());
  FileLock second(std::move(*first));
  first.reset();
  EXPECT_FALSE(FileLock::take(path(), 0ms));
}

TEST_F(FileLockTest, is_gone_with_the_process_that_held_it) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = FileLock::take(path(), 0ms);
    if (::write(ready[1], held ? "y" : "n", 1) != 1) ::_exit(1);
    ::pause();
    ::_exit(0);
  }
  char got = 0;
  ASSERT_EQ(::read(ready[0], &got, 1), 1);
  EXPECT_EQ(got, 'y');
  EXPECT_FALSE(FileLock::take(path(), 0ms));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_TRUE(FileLock::take(path(), 0ms));
}

TEST_F(FileLockTest, says_why_it_cannot_be_made) {
  const auto refused = FileLock::take("/nowhere/store.lock", 0ms);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInternal);
  EXPECT_EQ(refused.error().message,
            "the file '/nowhere/store.lock' cannot be made: No such file or directory");
}

}  // namespace
}  // namespace parley::base
