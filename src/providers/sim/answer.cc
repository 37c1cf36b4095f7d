#include "providers/sim/answer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/json_string.h"
#include "net/websocket_frame.h"
#include "providers/json_text.h"
#include "tokens/tokenizer.h"

namespace parley::providers {
namespace {

// 64 words, so that six bits of a hash choose one; each is one token of o200k_base, also without its space,
// and a row of them has as many tokens as words. The first of an answer goes without its space.
constexpr std::array<std::string_view, 64> kWords{
    " a",      " again",  " all",  " an",   " and",    " answer", " are",  " as",   " at",   " be",
    " before", " but",    " by",   " can",  " come",   " could",  " day",  " each", " few",  " find",
    " first",  " for",    " from", " good", " great",  " had",    " have", " here", " how",  " in",
    " into",   " is",     " it",   " know", " like",   " little", " long", " made", " many", " more",
    " most",   " new",    " no",   " now",  " number", " of",     " on",   " one",  " only", " other",
    " over",   " people", " same", " see",  " some",   " than",   " that", " the",  " then", " there",
    " they",   " time",   " up",   " water"};

// Everything an answer says of itself is fixed, also when it was made.
constexpr std::string_view kCreated = R"(,"created":1700000000,"model":)";

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 24> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

bool whole_characters(std::string_view text) {
  net::Utf8Check check;
  return check.feed(text) && check.complete();
}

std::int64_t wanted_tokens(const SimQuestion& question, const SimBehaviour& behaviour) {
  switch (behaviour.length) {
    case SimLength::kFixed:
      return behaviour.tokens;
    case SimLength::kFull:
      return question.max_tokens.value_or(behaviour.tokens);
    case SimLength::kVary:
      return 1 + static_cast<std::int64_t>(question.hash() >> 1U) %
                     std::max<std::int64_t>(2 * behaviour.tokens, 1);
  }
  return behaviour.tokens;
}

}  // namespace

SimAnswer::SimAnswer(const SimQuestion& question, const SimBehaviour& behaviour, std::int64_t cached,
                     std::uint64_t id)
    : question_(question),
      behaviour_(behaviour),
      cached_(std::min(behaviour.cached.value_or(cached), question.prompt_tokens())),
      calls_tool_(behaviour.tools && !question.tool_answered),
      id_("chatcmpl-sim-") {
  append_number(id_, static_cast<std::int64_t>(id));
  std::int64_t most = SimBehaviour::kMostTokens;
  if (question.max_tokens) most = std::min(most, *question.max_tokens);
  if (calls_tool_) {
    text_ = R"({"query": "what is there to know", "seed": )";
    append_number(text_, static_cast<std::int64_t>(question.hash() % 1000));
    text_ += '}';
    cut_into_pieces(most);
    if (finish_reason_ == "stop") finish_reason_ = "tool_calls";
  } else if (behaviour.echo) {
    text_ = question.last_user;
    cut_into_pieces(most);
  } else {
    const std::int64_t wanted = wanted_tokens(question, behaviour);
    if (wanted > most || behaviour.length == SimLength::kFull) finish_reason_ = "length";
    choose_words(std::min(wanted, most));
  }
  chunk_head_ = R"(data: {"id":")" + id_ + R"(","object":"chat.completion.chunk")";
  chunk_head_ += kCreated;
  base::append_json_string(chunk_head_, question.model);
}

void SimAnswer::choose_words(std::int64_t wanted) {
  pieces_.reserve(static_cast<std::size_t>(wanted));
  std::uint64_t bits = 0;
  for (std::int64_t i = 0; i < wanted; ++i) {
    if (i % 10 == 0) {
      // Ten words from each hash.
      bits = sim_hash(question_.hash() + static_cast<std::uint64_t>(i), {});
    }
    pieces_.push_back({.text = kWords[bits % kWords.size()], .tokens = 1});
    bits /= kWords.size();
  }
  if (!pieces_.empty()) pieces_.front().text.remove_prefix(1);
  tokens_ = wanted;
}

void SimAnswer::cut_into_pieces(std::int64_t wanted) {
  std::string_view rest = text_;
  std::size_t size = 0;
  std::int64_t tokens = 0;
  for (const std::uint32_t id : tokens::encode(tokens::Encoding::kO200k, text_)) {
    size += tokens::token_bytes(tokens::Encoding::kO200k, id).size();
    ++tokens;
    const std::string_view piece = rest.substr(0, size);
    if (!whole_characters(piece)) continue;
    if (tokens_ + tokens > wanted) break;
    pieces_.push_back({.text = piece, .tokens = tokens});
    tokens_ += std::exchange(tokens, 0);
    rest.remove_prefix(std::exchange(size, 0));
  }
  if (rest.empty()) return;
  finish_reason_ = "length";
  // Spaces in front of a word that was cut off may be fewer tokens where nothing follows them.
  const auto count = [&] {
    return tokens::count(tokens::Encoding::kO200k,
                         std::string_view(text_).substr(0, text_.size() - rest.size()));
  };
  while (!pieces_.empty() && count() != tokens_) {
    tokens_ -= pieces_.back().tokens;
    rest = {pieces_.back().text.data(), rest.size() + pieces_.back().text.size()};
    pieces_.pop_back();
  }
}

std::int64_t SimAnswer::pieces_within(std::int64_t tokens) const {
  std::int64_t within = 0;
  while (within < pieces() && tokens_of(within) <= tokens) tokens -= tokens_of(within++);
  return within;
}

void SimAnswer::append_usage(std::string& out) const {
  out += R"("usage":{"prompt_tokens":)";
  append_number(out, question_.prompt_tokens());
  out += R"(,"completion_tokens":)";
  append_number(out, tokens());
  out += R"(,"total_tokens":)";
  append_number(out, question_.prompt_tokens() + tokens());
  out += R"(,"prompt_tokens_details":{"cached_tokens":)";
  append_number(out, cached_);
  out += "}}";
}

std::string SimAnswer::whole() const {
  std::string said;
  for (const Piece& piece : pieces_) said += piece.text;
  std::string out = R"({"id":")" + id_ + R"(","object":"chat.completion")";
  out += kCreated;
  base::append_json_string(out, question_.model);
  out += R"(,"choices":[{"index":0,"message":{"role":"assistant","content":)";
  if (calls_tool_) {
    out += R"(null,"tool_calls":[{"id":"call_)" + id_ + R"(","type":"function","function":{"name":)";
    base::append_json_string(out, question_.tool.empty() ? "lookup" : question_.tool);
    out += R"(,"arguments":)";
    base::append_json_string(out, said);
    out += "}}]";
  } else {
    base::append_json_string(out, said);
  }
  out += R"(},"finish_reason":)";
  base::append_json_string(out, finish_reason_);
  out += "}]";
  if (behaviour_.usage) append_usage(out += ',');
  out += '}';
  return out;
}

void SimAnswer::append_chunk(std::string& out, std::string_view delta, std::string_view finish_reason) const {
  out += chunk_head_;
  out += R"(,"choices":[{"index":0,"delta":{)";
  out += delta;
  out += R"(},"finish_reason":)";
  if (finish_reason.empty()) {
    out += "null}]";
  } else {
    base::append_json_string(out, finish_reason);
    out += "}]";
  }
}

void SimAnswer::append_opening(std::string& out) const {
  if (!calls_tool_) {
    append_chunk(out, R"("role":"assistant","content":"")", "");
  } else {
    std::string delta = R"("role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_)" + id_ +
                        R"(","type":"function","function":{"name":)";
    base::append_json_string(delta, question_.tool.empty() ? "lookup" : question_.tool);
    delta += R"(,"arguments":""}}])";
    append_chunk(out, delta, "");
  }
  out += "}\n\n";
}

void SimAnswer::append_piece(std::string& out, std::int64_t piece) const {
  out += chunk_head_;
  out += calls_tool_ ? R"(,"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":)"
                     : R"(,"choices":[{"index":0,"delta":{"content":)";
  base::append_json_string(out, pieces_[static_cast<std::size_t>(piece)].text);
  out += calls_tool_ ? "}}]},\"finish_reason\":null}]}\n\n" : "},\"finish_reason\":null}]}\n\n";
}

void SimAnswer::append_ending(std::string& out) const {
  const bool usage = behaviour_.usage && question_.include_usage;
  append_chunk(out, "", finish_reason_);
  if (usage && behaviour_.usage_last) append_usage(out += ',');
  out += "}\n\n";
  if (usage && !behaviour_.usage_last) {
    out += chunk_head_;
    append_usage(out += R"(,"choices":[],)");
    out += "}\n\n";
  }
  if (behaviour_.done) out += "data: [DONE]\n\n";
}

std::size_t SimAnswer::stream_bytes() const {
  return (pieces_.size() + 4) * (chunk_head_.size() + 96) + text_.size();
}

}  // namespace parley::providers
