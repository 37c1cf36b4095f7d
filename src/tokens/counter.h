// Counts the tokens of a text that grows, an answer as it streams in, without starting over at each piece.
//
// After any number of pieces tokens() equals count(encoding, all of them joined), up to the last whole
// character: the bytes of a character that is not all there yet are left out until the rest comes, or
// finish() says that none will. Whoever holds one owns it; any thread may hold its own.
//
// All calls together take time linear in the text, whatever it holds; a usual call looks at the last word and
// the new piece. Held: the text from the last place on where more text can change how it is cut. That is a
// word or so, and as long as the answer only where the answer is one unbroken run.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "tokens/tokenizer.h"

namespace parley::tokens {

class Counter {
 public:
  explicit Counter(Encoding encoding);
  Counter(Counter&&) noexcept;
  Counter& operator=(Counter&&) noexcept;
  ~Counter();

  // `piece`: the next bytes, cut anywhere.
  void add(std::string_view piece);
  // The text has ended: a character that is not all there is broken and counts as such.
  void finish();
  std::int64_t tokens() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace parley::tokens
