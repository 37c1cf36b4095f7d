#include "tokens/counter.h"

#include <array>
#include <string>

#include "tokens/bpe.h"
#include "tokens/estimate.h"
#include "tokens/run.h"
#include "tokens/split.h"
#include "tokens/utf8.h"

namespace parley::tokens {
namespace {

// From how many bytes on the undecided rest of a text is not looked at anew each time.
constexpr std::size_t kLongRun = 128;

constexpr unsigned kLetters = kUpper | kLower | kLetter;
constexpr unsigned kWhite = kSpace | kNewline;

bool only(std::string_view text, unsigned mask) {
  return run_end(text, 0, mask) == text.size();
}

// Whether more text can still change the first of the last two pieces of a text. By o200k_base's pattern it
// can change:
//   a word, if an apostrophe behind it becomes a contraction;
//   caseless letters, if small letters follow the capitals behind them;
//   newlines, if another follows the white space behind them.
bool may_join(std::string_view piece, std::string_view last) {
  const Character first = character_at(piece, 0);
  const Character second = character_at(piece, first.size);
  if (first.is(kWhite) && (second.size == 0 || second.is(kWhite))) return only(last, kWhite);
  if (((first.classes | second.classes) & (kLetters | kMark)) == 0) return false;
  if (last[0] == '\'') return last.size() <= 2;
  return only(last, kUpper) && only(piece.substr(first.size), kUpper | kLetter | kMark) && !first.is(kLower);
}

}  // namespace

class Counter::State {
 public:
  explicit State(Encoding encoding)
      : encoding_(encoding), encoder_(encoding == Encoding::kO200k ? o200k() : cl100k()) {}

  void add(std::string_view bytes) {
    if (cut_.empty()) {
      const std::size_t valid = valid_prefix(bytes);
      take(bytes.substr(0, valid));
      bytes.remove_prefix(valid);
      if (bytes.empty()) return;
    }
    cut_ += bytes;
    std::string repaired;
    const std::size_t left = append_repaired(repaired, cut_);
    cut_.erase(0, cut_.size() - left);
    take(repaired);
  }

  void finish() {
    if (!cut_.empty()) take(kReplacement);
    cut_.clear();
  }

  std::int64_t tokens() const {
    const std::int64_t tokens = settled_ + (run_ ? run_->tokens() : open_tokens_);
    return encoding_ == Encoding::kUnknown ? weights_.estimate(tokens) : tokens;
  }

 private:
  // `text`: whole characters.
  void take(std::string_view text) {
    if (text.empty()) return;
    if (encoding_ == Encoding::kUnknown) weights_.add(text);
    const std::size_t in_run = run_ ? run_->extend(text) : 0;
    open_ += text;
    if (run_ && in_run == text.size()) return;
    run_.reset();
    if (encoding_ == Encoding::kO200k) {
      settle<O200kSplit>();
    } else {
      settle<Cl100kSplit>();
    }
    if (open_.size() < kLongRun) return;
    if (auto run = Run::of(encoding_, open_)) run_ = std::make_unique<Run>(*run);
  }

  // Counts the open text and settles what more text cannot change.
  template <class Split>
  void settle() {
    const std::string_view text = open_;
    struct Piece {
      std::size_t begin = 0;
      std::int64_t tokens = 0;
    };
    Piece before;  // the last but one
    Piece last;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = Split::piece_end(text, at);
      settled_ += before.tokens;
      before = last;
      last = {at, static_cast<std::int64_t>(encoder_.count(text.substr(at, end - at)))};
      at = end;
    }
    const bool joins =
        encoding_ == Encoding::kO200k && before.tokens > 0 &&
        may_join(text.substr(before.begin, last.begin - before.begin), text.substr(last.begin));
    if (!joins) {
      settled_ += before.tokens;
      before = {last.begin, 0};
    }
    open_tokens_ = before.tokens + last.tokens;
    open_.erase(0, before.begin);
  }

  Encoding encoding_;
  PieceEncoder encoder_;
  std::int64_t settled_ = 0;
  // What more text may yet cut otherwise, whole characters, and its tokens where it is no run.
  std::string open_{};
  std::int64_t open_tokens_ = 0;
  std::unique_ptr<Run> run_{};
  CharacterWeights weights_{};
  // The first bytes of a character.
  std::string cut_{};
};

Counter::Counter(Encoding encoding) : state_(std::make_unique<State>(encoding)) {}
Counter::Counter(Counter&&) noexcept = default;
Counter& Counter::operator=(Counter&&) noexcept = default;
Counter::~Counter() = default;

void Counter::add(std::string_view piece) {
  state_->add(piece);
}

void Counter::finish() {
  state_->finish();
}

std::int64_t Counter::tokens() const {
  return state_->tokens();
}

}  // namespace parley::tokens
