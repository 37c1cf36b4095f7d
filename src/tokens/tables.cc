#include "tokens/tables.h"

// The files that make_tables wrote, put in place by the assembler: nothing is read or made at start, and
// pages that nobody asks for are never loaded.
#define PARLEY_TABLE(file, symbol)                                                       \
  asm(".section .rodata.parley_tokens,\"a\",@progbits\n"                                 \
      ".balign 64\n" #symbol ":\n.incbin \"" PARLEY_TOKEN_TABLES "/" file "\"\n" #symbol \
      "_end:\n.previous\n")

PARLEY_TABLE("classes", parley_tokens_classes);
PARLEY_TABLE("cl100k.trie", parley_tokens_cl100k_trie);
PARLEY_TABLE("cl100k.tokens", parley_tokens_cl100k_tokens);
PARLEY_TABLE("cl100k.pairs", parley_tokens_cl100k_pairs);
PARLEY_TABLE("cl100k.filter", parley_tokens_cl100k_filter);
PARLEY_TABLE("o200k.trie", parley_tokens_o200k_trie);
PARLEY_TABLE("o200k.tokens", parley_tokens_o200k_tokens);
PARLEY_TABLE("o200k.pairs", parley_tokens_o200k_pairs);
PARLEY_TABLE("o200k.filter", parley_tokens_o200k_filter);

extern "C" {
using parley::tokens::PairSlot;
using parley::tokens::TokenEntry;
using parley::tokens::TrieUnit;
extern const std::uint8_t parley_tokens_classes[];
extern const TrieUnit parley_tokens_cl100k_trie[], parley_tokens_cl100k_trie_end[];
extern const TokenEntry parley_tokens_cl100k_tokens[], parley_tokens_cl100k_tokens_end[];
extern const PairSlot parley_tokens_cl100k_pairs[], parley_tokens_cl100k_pairs_end[];
extern const std::uint64_t parley_tokens_cl100k_filter[], parley_tokens_cl100k_filter_end[];
extern const TrieUnit parley_tokens_o200k_trie[], parley_tokens_o200k_trie_end[];
extern const TokenEntry parley_tokens_o200k_tokens[], parley_tokens_o200k_tokens_end[];
extern const PairSlot parley_tokens_o200k_pairs[], parley_tokens_o200k_pairs_end[];
extern const std::uint64_t parley_tokens_o200k_filter[], parley_tokens_o200k_filter_end[];
}

namespace parley::tokens {

const std::uint8_t* const kClassTable = parley_tokens_classes;

const Vocabulary& cl100k() {
  static const Vocabulary vocabulary({parley_tokens_cl100k_trie, parley_tokens_cl100k_trie_end},
                                     {parley_tokens_cl100k_tokens, parley_tokens_cl100k_tokens_end},
                                     {parley_tokens_cl100k_pairs, parley_tokens_cl100k_pairs_end},
                                     {parley_tokens_cl100k_filter, parley_tokens_cl100k_filter_end});
  return vocabulary;
}

const Vocabulary& o200k() {
  static const Vocabulary vocabulary({parley_tokens_o200k_trie, parley_tokens_o200k_trie_end},
                                     {parley_tokens_o200k_tokens, parley_tokens_o200k_tokens_end},
                                     {parley_tokens_o200k_pairs, parley_tokens_o200k_pairs_end},
                                     {parley_tokens_o200k_filter, parley_tokens_o200k_filter_end});
  return vocabulary;
}

}  // namespace parley::tokens
