#include "app/serve.h"

#include <csignal>
#include <cstdio>
#include <ctime>
#include <future>
#include <optional>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "app/configuration.h"
#include "app/node.h"
#include "app/version.h"
#include "base/log.h"

namespace parley::app {
namespace {

// How often the file is looked at.
constexpr timespec kLook{.tv_sec = 1, .tv_nsec = 0};

struct FileStamp {
  timespec changed{};
  off_t size = 0;
  ino_t inode = 0;
  bool operator==(const FileStamp& other) const {
    return changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec &&
           size == other.size && inode == other.inode;
  }
};

// Nothing while the file is not there: an editor may be about to put it back.
std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{.changed = status.st_mtim, .size = status.st_size, .inode = status.st_ino};
}

sigset_t signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

void tell_warnings(const Configuration& configuration, const base::Log& log) {
  for (const std::string& warning : configuration.warnings)
    log.warn("configuration_warning", {{"what", warning}});
}

// Serves until told to end, with the file at `path` read anew when it has changed.
class Serving {
 public:
  Serving(std::string path, base::Environment environment, ConfigurationPtr configuration, Node& node,
          const base::Log& log)
      : path_(std::move(path)),
        environment_(std::move(environment)),
        configuration_(std::move(configuration)),
        node_(node),
        log_(log),
        stamp_(stamp_of(path_)) {}

  void until_told_to_end() {
    const sigset_t set = signals();
    for (;;) {
      const int signal = ::sigtimedwait(&set, nullptr, &kLook);
      if (signal == SIGTERM || signal == SIGINT) return;
      const auto stamp = stamp_of(path_);
      const bool changed = stamp && stamp != stamp_;
      if (changed) stamp_ = stamp;
      if (signal == SIGHUP || changed) reload();
    }
  }

  // Returns when all has ended; a second signal ends the process at once.
  void drain() {
    log_.info("draining", {{"seconds", configuration_->server.drain.count() / 1000}});
    const auto deadline = base::Deadline::after(configuration_->server.drain);
    std::future<void> drained = std::async(std::launch::async, [this, deadline] { node_.drain(deadline); });
    const sigset_t set = signals();
    constexpr timespec kMoment{.tv_sec = 0, .tv_nsec = 20'000'000};
    while (drained.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      const int signal = ::sigtimedwait(&set, nullptr, &kMoment);
      if (signal == SIGTERM || signal == SIGINT) {
        log_.warn("ended_without_draining");
        // Nothing that was acknowledged is lost by it: the store has that on disk.
        ::_exit(1);
      }
    }
    drained.get();
  }

 private:
  void reload() {
    auto wanted = load_configuration(path_, environment_);
    if (wanted) {
      tell_warnings(**wanted, log_);
      for (const std::string& setting : differences_for_restart(*configuration_, **wanted)) {
        log_.warn("configuration_needs_restart", {{"setting", setting}});
      }
      auto taken = node_.reload(*wanted);
      if (taken) {
        log_.info("configuration_reloaded", {{"file", path_}});
        return;
      }
      log_.error("configuration_refused", {{"why", taken.error().message}});
    } else {
      log_.error("configuration_refused", {{"why", wanted.error().message}});
    }
  }

  std::string path_;
  base::Environment environment_;
  // What was started with: what needs a restart is measured against it.
  ConfigurationPtr configuration_;
  Node& node_;
  const base::Log& log_;
  std::optional<FileStamp> stamp_;
};

}  // namespace

int serve(const std::string& configuration_path) {
  // Every thread that is made from here on leaves signals to this one.
  const sigset_t set = signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  base::Environment environment = base::process_environment();
  auto configuration = load_configuration(configuration_path, environment);
  if (!configuration) {
    std::fprintf(stderr, "parley: %s\n", configuration.error().message.c_str());
    return 1;
  }
  const base::Log log((*configuration)->log_level);
  tell_warnings(**configuration, log);
  auto node = Node::start(*configuration, log);
  if (!node) {
    std::fprintf(stderr, "parley: %s%s%s\n", node.error().message.c_str(),
                 node.error().cause.empty() ? "" : ": ", node.error().cause.c_str());
    return 1;
  }
  const ServerConfiguration& server = (*configuration)->server;
  log.info("serving", {{"version", version()},
                       {"address", server.listen.address},
                       {"port", (*node)->port()},
                       {"ops_port", (*node)->ops_port()},
                       {"tls", server.options.tls != nullptr},
                       {"workers", (*node)->workers()}});
  Serving serving(configuration_path, std::move(environment), *configuration, **node, log);
  serving.until_told_to_end();
  serving.drain();
  node->reset();
  log.info("ended");
  return 0;
}

}  // namespace parley::app
