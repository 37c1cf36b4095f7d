#include "providers/sim/embeddings.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include <boost/json/parse.hpp>
#include <openssl/evp.h>

#include "base/json_string.h"
#include "providers/sim/question.h"

namespace parley::providers {

using base::Result;
namespace json = boost::json;

namespace {

constexpr std::size_t kMostInputs = 2048;
constexpr std::int64_t kMostDimensions = 4096;
// Each word moves its text along so many axes.
constexpr int kAxes = 4;

std::unexpected<base::Error> bad(std::string message) {
  return base::fail(base::ErrorCode::kBadUserInput, std::move(message));
}

void append_floats(std::string& out, const std::vector<float>& vector) {
  char before = '[';
  for (const float value : vector) {
    std::array<char, 32> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    (out += before).append(digits.data(), end);
    before = ',';
  }
  out += ']';
}

void append_base64(std::string& out, const std::vector<float>& vector) {
  std::string bytes(vector.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), vector.data(), bytes.size());
  std::string encoded((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  (out += '"').append(encoded, 0, static_cast<std::size_t>(size)) += '"';
}

Result<std::vector<std::string_view>> read_input(const json::value* input) {
  std::vector<std::string_view> texts;
  if (input != nullptr && input->is_string()) texts.emplace_back(input->get_string());
  if (const json::array* list = input == nullptr ? nullptr : input->if_array()) {
    if (list->size() > kMostInputs) return bad("`input` is a longer list than is taken");
    for (const json::value& text : *list) {
      if (!text.is_string()) return bad("`input` must be text");
      texts.emplace_back(text.get_string());
    }
  }
  if (texts.empty()) return bad("`input` is missing");
  return texts;
}

}  // namespace

std::vector<float> sim_embedding(std::string_view text, std::size_t dimensions, std::uint64_t seed) {
  std::vector<float> vector(dimensions, 0.0F);
  std::string word;
  const auto add = [&] {
    if (word.empty()) return;
    std::uint64_t hash = sim_hash(seed, word);
    for (int i = 0; i < kAxes; ++i) {
      vector[(hash >> 1U) % dimensions] += (hash & 1U) != 0 ? 1.0F : -1.0F;
      hash = sim_hash(hash, {});
    }
    word.clear();
  };
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) > 0x7f) {
      word += letter ? static_cast<char>(c | 0x20) : c;
    } else {
      add();
    }
  }
  add();
  double square = 0;
  for (const float value : vector) square += static_cast<double>(value) * value;
  if (square == 0) {
    vector[0] = 1;
    return vector;
  }
  const double length = std::sqrt(square);
  for (float& value : vector) value = static_cast<float>(value / length);
  return vector;
}

Result<SimEmbeddings> answer_embeddings(std::string_view body, std::size_t dimensions, std::uint64_t seed) {
  boost::system::error_code malformed;
  const json::value request = json::parse(body, malformed);
  if (malformed || !request.is_object()) return bad("the body is no JSON object");
  const json::object& object = request.get_object();
  SimEmbeddings answer;
  const json::value* model = object.if_contains("model");
  if (model == nullptr || !model->is_string()) return bad("`model` is missing");
  answer.model = model->get_string();
  const auto texts = read_input(object.if_contains("input"));
  if (!texts) return std::unexpected(texts.error());
  if (const json::value* wanted = object.if_contains("dimensions")) {
    boost::system::error_code error;
    const auto number = wanted->to_number<std::int64_t>(error);
    if (error || number < 1 || number > kMostDimensions) return bad("`dimensions` is out of range");
    dimensions = static_cast<std::size_t>(number);
  }
  const json::value* format = object.if_contains("encoding_format");
  const bool base64 = format != nullptr && *format == "base64";
  answer.reply = R"({"object":"list","data":[)";
  for (std::size_t i = 0; i < texts->size(); ++i) {
    const std::string_view text = (*texts)[i];
    answer.prompt_tokens += sim_tokens(text);
    answer.reply += i > 0 ? R"(,{"object":"embedding","index":)" : R"({"object":"embedding","index":)";
    answer.reply += std::to_string(i) + R"(,"embedding":)";
    const std::vector<float> vector = sim_embedding(text, dimensions, seed);
    base64 ? append_base64(answer.reply, vector) : append_floats(answer.reply, vector);
    answer.reply += '}';
  }
  answer.reply += R"(],"model":)";
  base::append_json_string(answer.reply, answer.model);
  const std::string tokens = std::to_string(answer.prompt_tokens);
  answer.reply += R"(,"usage":{"prompt_tokens":)" + tokens + R"(,"total_tokens":)" + tokens + "}}";
  return answer;
}

}  // namespace parley::providers
