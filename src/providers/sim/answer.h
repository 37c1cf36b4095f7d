// The bytes of a simulated answer: the same for the same question, behaviour, seed and id.
//
// Belongs to one request.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sim/behaviour.h"
#include "providers/sim/question.h"

namespace parley::providers {

// `cached` is set to what `behaviour` says where it says something, and never above the prompt's tokens.
class SimAnswer {
 public:
  // `question` and what it holds outlive the answer. `id` ends the answer's id.
  SimAnswer(const SimQuestion& question, const SimBehaviour& behaviour, std::int64_t cached,
            std::uint64_t id);

  std::int64_t tokens() const { return static_cast<std::int64_t>(pieces_.size()); }
  std::int64_t cached() const { return cached_; }

  // The answer in one piece, as application/json.
  std::string whole() const;

  // The same as events: the first, one for each token, and what comes after the last one.
  void append_opening(std::string& out) const;
  void append_token(std::string& out, std::int64_t token) const;
  void append_ending(std::string& out) const;
  // How long all events together are, about.
  std::size_t stream_bytes() const;

 private:
  void choose_words(std::int64_t wanted);
  void cut_into_words(std::int64_t wanted);
  void append_usage(std::string& out) const;
  void append_chunk(std::string& out, std::string_view delta, std::string_view finish_reason) const;

  const SimQuestion& question_;
  const SimBehaviour& behaviour_;
  const std::int64_t cached_;
  const bool calls_tool_;
  // Of an echo and of a tool's arguments; the words of other answers are constants.
  std::string text_;
  // One for each token.
  std::vector<std::string_view> pieces_;
  std::string_view finish_reason_ = "stop";
  // {"id":...,"object":... up to "choices".
  std::string id_;
  std::string chunk_head_;
};

}  // namespace parley::providers
