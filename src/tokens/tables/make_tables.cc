// Makes the tables that src/tokens/tables.cc puts into the program.
//
//   make_tables ranks FILE.tiktoken.gz SHA256 OUT    writes OUT.trie, OUT.tokens, OUT.pairs and OUT.filter
//   make_tables classes unicode_classes.txt OUT      writes OUT
//
// SHA256 is of the unpacked file. Runs while Parley is built; what it finds wrong ends the build.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <queue>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <zlib.h>

#include "tokens/layout.h"

namespace parley::tokens {
namespace {

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "make_tables: %s\n", why.c_str());
  std::exit(1);
}

std::string unpacked(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) fail("cannot open " + path);
  std::string text;
  std::array<char, 65536> part{};
  int got = 0;
  while ((got = gzread(file, part.data(), part.size())) > 0)
    text.append(part.data(), static_cast<unsigned>(got));
  if (got < 0 || gzclose(file) != Z_OK) fail("cannot unpack " + path);
  return text;
}

std::string sha256(const std::string& text) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    fail("no SHA-256");
  std::string hex;
  for (const unsigned char byte : digest) {
    for (const int nibble : {byte >> 4, byte & 15}) hex += "0123456789abcdef"[nibble];
  }
  return hex;
}

std::string from_base64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) fail("no base64: " + text);
  bytes.resize(static_cast<std::size_t>(size - std::count(text.begin(), text.end(), '=')));
  return bytes;
}

template <class T>
void write(const std::string& path, const std::vector<T>& values) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(T)));
  if (!out.flush()) fail("cannot write " + path);
}

using Tokens = std::vector<std::string>;
using Ranks = std::unordered_map<std::string, std::uint32_t>;

Tokens read_ranks(const std::string& text) {
  Tokens tokens;
  std::istringstream lines(text);
  std::string bytes;
  std::size_t rank = 0;
  while (lines >> bytes >> rank) {
    if (rank != tokens.size()) fail("the ranks have a gap");
    tokens.push_back(from_base64(bytes));
    if (tokens.back().empty() || tokens.back().size() > kMaxTokenBytes) fail("a token is too long");
    if ((tokens.back().size() == 1) != (tokens.size() <= kByteTokens))
      fail("the bytes are not the first tokens");
  }
  if (tokens.size() < kByteTokens || tokens.size() >= (std::size_t{1} << kTokenBits))
    fail("too few or too many tokens");
  return tokens;
}

// The merge that makes a token, found as tiktoken merges it: the lowest rank first, the leftmost of equals.
// What the room does rests on every token coming out of its own bytes, so anything else is refused.
std::pair<std::uint32_t, std::uint32_t> last_merge(const std::string& token, const Ranks& ranks) {
  std::vector<std::string> parts;
  for (const char c : token) parts.emplace_back(1, c);
  while (parts.size() > 2) {
    std::uint32_t best = kNoToken;
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto found = ranks.find(parts[i] + parts[i + 1]);
      if (found != ranks.end() && found->second < best) best = found->second, at = i;
    }
    if (best == kNoToken) fail("a token does not come out of its bytes");
    parts[at] += parts[at + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
  return {ranks.at(parts.front()), ranks.at(parts.back())};
}

std::vector<TokenEntry> entries_of(const Tokens& tokens, const Ranks& ranks) {
  std::vector<TokenEntry> entries;
  for (const std::string& token : tokens) {
    const auto [left, right] = last_merge(token, ranks);
    std::uint32_t prefix = TokenEntry::kNoPrefix;
    for (std::size_t size = token.size() - 1; size > 0 && prefix == TokenEntry::kNoPrefix; --size) {
      if (const auto found = ranks.find(token.substr(0, size)); found != ranks.end()) prefix = found->second;
    }
    entries.push_back({left, right, (prefix << 8) | static_cast<std::uint32_t>(token.size())});
  }
  return entries;
}

std::vector<PairSlot> pairs_of(const std::vector<TokenEntry>& entries) {
  // Fairly full: most of what is not there is told by the filter.
  int bits = 1;
  while (entries.size() * 5 / 4 > (std::size_t{1} << bits)) ++bits;
  std::vector<PairSlot> slots(std::size_t{1} << bits, kNoPair);
  for (std::uint32_t id = kByteTokens; id < entries.size(); ++id) {
    const std::uint64_t key = pair_key(entries[id].left, entries[id].right);
    std::size_t at = pair_hash(key, bits);
    while (slots[at] != kNoPair) at = (at + 1) & (slots.size() - 1);
    slots[at] = (key << kTokenBits) | id;
  }
  return slots;
}

std::vector<std::uint64_t> filter_of(const std::vector<PairSlot>& pairs, std::size_t tokens) {
  int bits = 6;
  while (tokens * 10 > (std::size_t{1} << bits)) ++bits;
  std::vector<std::uint64_t> filter((std::size_t{1} << bits) / 64);
  for (const PairSlot slot : pairs) {
    if (slot == kNoPair) continue;
    const std::uint64_t bit = pair_hash(slot >> kTokenBits, bits);
    filter[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  return filter;
}

// Builds the double array. States that lead to low ranks come first, so that what common text touches lies
// together.
class TrieBuilder {
 public:
  explicit TrieBuilder(const Tokens& tokens) : tokens_(tokens) {
    states_.emplace_back();
    for (std::uint32_t id = 0; id < tokens.size(); ++id) insert(id);
  }

  std::vector<TrieUnit> build() {
    std::priority_queue<Pending, std::vector<Pending>, std::greater<>> queue;
    reserve(1);
    used_[0] = true;
    base_taken_[kLeafBase] = true;
    queue.push({0, 0, 0});
    while (!queue.empty()) {
      const auto [lowest, state, unit] = queue.top();
      queue.pop();
      const auto& children = states_[state].children;
      units_[unit].token = states_[state].token;
      if (children.empty()) {
        units_[unit].base_and_label = (kLeafBase << 9) | units_[unit].label();
        continue;
      }
      const std::uint32_t base = base_for(children);
      units_[unit].base_and_label = (base << 9) | units_[unit].label();
      for (const auto& [label, child] : children) {
        used_[base ^ label] = true;
        units_[base ^ label].base_and_label = label;
        queue.push({states_[child].lowest, child, base ^ label});
      }
    }
    return std::move(units_);
  }

 private:
  struct State {
    std::map<std::uint8_t, std::uint32_t> children{};
    std::uint32_t token = kNoToken;
    std::uint32_t lowest = kNoToken;
  };
  struct Pending {
    std::uint32_t lowest;
    std::uint32_t state;
    std::uint32_t unit;
    auto operator<=>(const Pending&) const = default;
  };

  void insert(std::uint32_t id) {
    std::uint32_t at = 0;
    for (const char c : tokens_[id]) {
      const auto label = static_cast<std::uint8_t>(c);
      const auto [child, is_new] =
          states_[at].children.emplace(label, static_cast<std::uint32_t>(states_.size()));
      at = child->second;
      if (is_new) states_.emplace_back().lowest = id;
    }
    states_[at].token = id;
  }

  void reserve(std::size_t size) {
    while (units_.size() < size) {
      units_.resize(units_.size() + 256);
      used_.resize(units_.size());
      base_taken_.resize(units_.size());
    }
  }

  std::uint32_t base_for(const std::map<std::uint8_t, std::uint32_t>& children) {
    while (first_free_ < units_.size() && used_[first_free_]) ++first_free_;
    const std::uint8_t first = children.begin()->first;
    std::size_t tries = 0;
    for (std::size_t free = first_free_;; ++free) {
      reserve(free + 1);
      if (used_[free]) continue;
      const auto base = static_cast<std::uint32_t>(free) ^ first;
      const bool fits = !base_taken_[base] && std::ranges::none_of(children, [&](const auto& child) {
        return used_[base ^ child.first];
      });
      if (fits) {
        base_taken_[base] = true;
        return base;
      }
      // What has failed so often is full but for holes that fit nothing.
      if (++tries > 100 && free > first_free_ + 2048) first_free_ += 256;
    }
  }

  // The base of states without children. As no other state has it, no unit's label matches what is asked of
  // it.
  static constexpr std::uint32_t kLeafBase = 0;

  const Tokens& tokens_;
  std::vector<State> states_{};
  std::vector<TrieUnit> units_{};
  std::vector<bool> used_{};
  std::vector<bool> base_taken_{};
  std::size_t first_free_ = 1;
};

std::uint8_t class_of(const std::string& name) {
  static const std::map<std::string, std::uint8_t> names{
      {"upper", kUpper},   {"lower", kLower},     {"letter", kLetter}, {"mark", kMark},
      {"number", kNumber}, {"newline", kNewline}, {"space", kSpace}};
  const auto found = names.find(name);
  if (found == names.end()) fail("no class is called " + name);
  return found->second;
}

std::vector<std::uint8_t> classes_of(std::istream& in) {
  std::vector<std::uint8_t> classes(kClassBlocks * 256, kOther);
  std::uint8_t current = kOther;
  std::string word;
  while (in >> word) {
    if (word.front() == '#') {
      std::getline(in, word);
    } else if (word.back() == ':') {
      current = class_of(word.substr(0, word.size() - 1));
    } else {
      const std::size_t dash = word.find('-');
      const std::size_t first = std::stoul(word, nullptr, 16);
      const std::size_t last =
          dash == std::string::npos ? first : std::stoul(word.substr(dash + 1), nullptr, 16);
      if (first > last || last >= classes.size()) fail("no range of characters: " + word);
      std::fill(classes.begin() + static_cast<std::ptrdiff_t>(first),
                classes.begin() + static_cast<std::ptrdiff_t>(last) + 1, current);
    }
  }
  return classes;
}

std::vector<std::uint8_t> in_blocks(const std::vector<std::uint8_t>& classes) {
  std::vector<std::uint8_t> table(kClassBlocks);
  std::map<std::vector<std::uint8_t>, std::uint8_t> known;
  for (std::size_t i = 0; i < kClassBlocks; ++i) {
    const auto begin = classes.begin() + static_cast<std::ptrdiff_t>(i * 256);
    const std::vector<std::uint8_t> block(begin, begin + 256);
    if (known.size() == 256) fail("too many blocks of classes");
    const auto [number, is_new] = known.emplace(block, static_cast<std::uint8_t>(known.size()));
    if (is_new) table.insert(table.end(), block.begin(), block.end());
    table[i] = number->second;
  }
  return table;
}

int make_ranks(const std::string& path, const std::string& hash, const std::string& out) {
  const std::string text = unpacked(path);
  if (sha256(text) != hash) fail(path + " is not the file that OpenAI published");
  const Tokens tokens = read_ranks(text);
  Ranks ranks;
  for (std::uint32_t id = 0; id < tokens.size(); ++id) {
    if (!ranks.emplace(tokens[id], id).second) fail("a token is there twice");
  }
  const std::vector<TokenEntry> entries = entries_of(tokens, ranks);
  write(out + ".trie", TrieBuilder(tokens).build());
  write(out + ".tokens", entries);
  const std::vector<PairSlot> pairs = pairs_of(entries);
  write(out + ".pairs", pairs);
  write(out + ".filter", filter_of(pairs, tokens.size()));
  return 0;
}

int make_classes(const std::string& path, const std::string& out) {
  std::ifstream in(path);
  if (!in) fail("cannot open " + path);
  write(out, in_blocks(classes_of(in)));
  return 0;
}

}  // namespace
}  // namespace parley::tokens

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 4 && words[0] == "ranks")
    return parley::tokens::make_ranks(words[1], words[2], words[3]);
  if (words.size() == 3 && words[0] == "classes") return parley::tokens::make_classes(words[1], words[2]);
  parley::tokens::fail("ranks FILE SHA256 OUT, or classes FILE OUT");
}
