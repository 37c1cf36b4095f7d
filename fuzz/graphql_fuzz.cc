// links: parley_graphql
// GraphQL documents, values and schemas as strangers write them. Any bytes are read or refused with an error
// inside the text; what is read prints as a document that prints the same again; a schema that is made prints
// as one that is made again and prints the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "graphql/parse.h"
#include "graphql/schema.h"
#include "graphql/text.h"

namespace {

using namespace parley::graphql;

// Small, so that the fuzzer comes to them.
constexpr ParseOptions kLimits{.max_tokens = 2000, .max_depth = 40};

void require(bool sound) {
  if (!sound) std::abort();
}

void check(const GraphqlError& error) {
  require(!error.message.empty() && !find_invalid_utf8(error.message) && error.extensions.contains("code"));
  for (const Location& at : error.locations) require(at.line >= 1 && at.column >= 1);
}

// Every position stands in the source, and every name where it says.
void check(const Document& document, const Name& name) {
  require(std::string_view(document.source()).substr(name.at, name.text.size()) == name.text);
}

void check(const Document& document) {
  require(document.tokens <= kLimits.max_tokens && !document.definitions.empty());
  for (const Definition& definition : document.definitions) {
    if (const auto* type = std::get_if<TypeDefinition>(&definition)) check(document, type->name);
    if (const auto* fragment = std::get_if<FragmentDefinition>(&definition)) check(document, fragment->name);
    if (const auto* operation = std::get_if<OperationDefinition>(&definition)) {
      if (operation->name) check(document, *operation->name);
      require(!operation->selection_set.empty());
    }
  }
}

void read_document(std::string_view text) {
  const auto document = parse(std::string(text), kLimits);
  if (!document) {
    check(document.error());
    return;
  }
  check(**document);
  const std::string printed = print(**document);
  // The limit is of the text's tokens; a printed document has no more of them than another.
  const auto again = parse(printed, {.max_tokens = 4 * kLimits.max_tokens, .max_depth = kLimits.max_depth});
  require(again.has_value());
  require(print(**again) == printed);
  require((*again)->definitions.size() == (*document)->definitions.size());
}

void read_value(std::string_view text) {
  const auto value = parse_value(std::string(text));
  if (!value) {
    check(value.error());
    return;
  }
  const std::string printed = print(value->value);
  const auto again = parse_value(printed);
  require(again.has_value() && print(again->value) == printed);
}

void read_schema(std::string_view text) {
  const auto schema = Schema::make(std::string(text));
  if (!schema) {
    require(!schema.error().empty());
    for (const GraphqlError& error : schema.error()) check(error);
    return;
  }
  const std::string printed = print_schema(**schema);
  const auto again = Schema::make(printed);
  // Directives on types are not printed, so what they said is lost; the types are not.
  require(again.has_value());
  require(print_schema(**again) == printed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 1 || size > 8192) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  switch (bytes[0] % 4) {
    case 0:
      read_value(text);
      break;
    case 1:
      read_schema(text);
      break;
    default:
      read_document(text);
      break;
  }
  return 0;
}
