#include <algorithm>
#include <array>
#include <utility>

#include "tokens/tokenizer.h"

namespace parley::tokens {
namespace {

constexpr std::array<std::pair<std::string_view, Encoding>, 3> kNames{
    {{"unknown", Encoding::kUnknown}, {"cl100k_base", Encoding::kCl100k}, {"o200k_base", Encoding::kO200k}}};

struct Family {
  std::string_view name;
  Encoding encoding;
  // Names that go on after this one with '-' or ':' are of the family too.
  bool with_variants = true;
  // So are those that go on with '.': gpt-5.1.
  bool with_versions = false;
};

// tiktoken 0.14's MODEL_TO_ENCODING and MODEL_PREFIX_TO_ENCODING, and the families that came with o200k_base;
// the first that fits holds, so longer names stand before what they begin with.
constexpr std::array kFamilies{
    Family{"gpt-5", Encoding::kO200k, true, true},
    Family{"gpt-4o", Encoding::kO200k},
    Family{"gpt-4.5", Encoding::kO200k},
    Family{"gpt-4.1", Encoding::kO200k},
    Family{"chatgpt-4o", Encoding::kO200k},
    Family{"gpt-oss", Encoding::kO200k},
    Family{"o1", Encoding::kO200k},
    Family{"o3", Encoding::kO200k},
    Family{"o4-mini", Encoding::kO200k},
    Family{"gpt-4", Encoding::kCl100k},
    Family{"gpt-3.5", Encoding::kCl100k, false},
    Family{"gpt-3.5-turbo", Encoding::kCl100k},
    Family{"gpt-35-turbo", Encoding::kCl100k},
    Family{"davinci-002", Encoding::kCl100k, false},
    Family{"babbage-002", Encoding::kCl100k, false},
    Family{"text-embedding-ada-002", Encoding::kCl100k, false},
    Family{"text-embedding-3-small", Encoding::kCl100k, false},
    Family{"text-embedding-3-large", Encoding::kCl100k, false},
};

bool belongs(std::string_view model, const Family& family) {
  if (!model.starts_with(family.name)) return false;
  if (model.size() == family.name.size()) return true;
  const char next = model[family.name.size()];
  return family.with_variants && (next == '-' || next == ':' || (next == '.' && family.with_versions));
}

}  // namespace

std::optional<Encoding> encoding_from_name(std::string_view name) {
  for (const auto& [known, encoding] : kNames) {
    if (known == name) return encoding;
  }
  return std::nullopt;
}

std::string_view name(Encoding encoding) {
  for (const auto& [known, value] : kNames) {
    if (value == encoding) return known;
  }
  return kNames[0].first;
}

Encoding encoding_of(std::string_view model) {
  // A fine-tuned model is named "ft:<base>:<organisation>:<suffix>:<id>".
  if (model.starts_with("ft:")) {
    model.remove_prefix(3);
    const std::string_view base = model.substr(0, model.find(':'));
    if (base == "davinci-002" || base == "babbage-002") return Encoding::kCl100k;
  }
  for (const Family& family : kFamilies) {
    if (belongs(model, family)) return family.encoding;
  }
  return Encoding::kUnknown;
}

}  // namespace parley::tokens
