// Bans and offences in this process's memory. Any thread.
//
// A subject's record keeps its text, because bans are listed; about 150 bytes and the text. It goes when its
// last offence and its last ban are forgotten (table.h). Times are the wall clock's: a ban's end is told to
// people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "state/memory/fingerprint.h"
#include "state/memory/shards.h"
#include "state/state.h"

namespace parley::state::memory {

class Bans {
 public:
  // `clock` outlives it.
  Bans(std::size_t max_subjects, const base::Clock& clock, KeyMetrics metrics)
      : shards_(max_subjects), clock_(clock), metrics_(metrics) {}

  // As SharedState's; arguments are in range, and `key` is the subject's.
  std::optional<Ban> offend(const Fingerprint& key, std::string_view subject, std::string_view reason,
                            const BanRule& rule);
  std::optional<Ban> banned(const Fingerprint& key);
  void ban(const Fingerprint& key, const Ban& ban);
  bool lift(const Fingerprint& key);
  std::vector<Ban> list(std::string_view after, std::size_t limit);

 private:
  // For how many reasons a subject's offences are counted at once; beyond, those whose window ends first go.
  static constexpr std::size_t kReasons = 4;
  struct Offences {
    std::string reason{};
    std::int64_t count = 0;
    std::int64_t window_end = 0;
  };
  struct Record {
    std::string subject{};
    // The last ban, if times > 0.
    std::string reason{};
    std::int64_t until = 0;
    std::int64_t times = 0;
    // At most kReasons.
    std::vector<Offences> offences{};

    bool banned(std::int64_t now) const { return times > 0 && until > now; }
    Ban ban(std::int64_t now) const;
    // Those for that reason whose window holds now, begun where there is none.
    Offences& offences_for(std::string_view why, std::int64_t now, std::int64_t window);
  };
  using RecordPtr = std::unique_ptr<Record>;
  using Entry = Table<RecordPtr>::Entry;
  struct Part {
    Table<RecordPtr> table{1};
    // The records whose ban held when they were last looked at, by their subject.
    std::map<std::string_view, const Record*> held{};
  };

  std::int64_t now() const;
  // The subject's entry, made where there is none.
  Entry& entry_of(Part& part, const Fingerprint& key, std::string_view subject, std::int64_t at);

  Shards<Part> shards_;
  const base::Clock& clock_;
  KeyMetrics metrics_;
};

}  // namespace parley::state::memory
