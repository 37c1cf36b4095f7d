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

// It is sent in pieces of one token, or of as many as a character takes.
//
// `cached` is set to what `behaviour` says where it says something, and never above the prompt's tokens.
class SimAnswer {
 public:
  // `question` and what it holds outlive the answer. `id` ends the answer's id.
  SimAnswer(const SimQuestion& question, const SimBehaviour& behaviour, std::int64_t cached,
            std::uint64_t id);

  std::int64_t tokens() const { return tokens_; }
  std::int64_t pieces() const { return static_cast<std::int64_t>(pieces_.size()); }
  std::int64_t tokens_of(std::int64_t piece) const { return pieces_[static_cast<std::size_t>(piece)].tokens; }
  // The most pieces that come to no more than `tokens`.
  std::int64_t pieces_within(std::int64_t tokens) const;
  std::int64_t cached() const { return cached_; }

  // The answer in one piece, as application/json.
  std::string whole() const;

  // The same as events: the first, one for each piece, and what comes after the last one.
  void append_opening(std::string& out) const;
  void append_piece(std::string& out, std::int64_t piece) const;
  void append_ending(std::string& out) const;
  // How long all events together are, about.
  std::size_t stream_bytes() const;

 private:
  struct Piece {
    std::string_view text;
    std::int64_t tokens;
  };

  void choose_words(std::int64_t wanted);
  // As many pieces of `text_` as have `wanted` tokens at the most.
  void cut_into_pieces(std::int64_t wanted);
  void append_usage(std::string& out) const;
  void append_chunk(std::string& out, std::string_view delta, std::string_view finish_reason) const;

  const SimQuestion& question_;
  const SimBehaviour& behaviour_;
  const std::int64_t cached_;
  const bool calls_tool_;
  // Of an echo and of a tool's arguments; the words of other answers are constants.
  std::string text_;
  std::vector<Piece> pieces_;
  std::int64_t tokens_ = 0;
  std::string_view finish_reason_ = "stop";
  // {"id":...,"object":... up to "choices".
  std::string id_;
  std::string chunk_head_;
};

}  // namespace parley::providers
