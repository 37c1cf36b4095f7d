#include "net/request_parser.h"

#include <algorithm>
#include <array>
#include <optional>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "net/grammar.h"

namespace parley::net {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

namespace {

// No honest client needs more for the extensions of one chunk's line, or of all of them together.
constexpr std::size_t kMaxChunkLine = 1024;
constexpr std::size_t kMaxChunkExtensions = 16UL * 1024;
// A body is believed to be as long as it says only so far; beyond, memory grows with what has arrived.
constexpr std::size_t kBelievedBody = 64UL * 1024;

std::string_view view(BeastView text) {
  return {text.data(), text.size()};
}

bool digit(char c) {
  return c >= '0' && c <= '9';
}

// RFC 9110, 7.2: uri-host [":" port]. User information, lists and paths have no place in it.
bool valid_host(std::string_view host) {
  return std::ranges::all_of(host, [](char c) {
    return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-._~!$&'()*+;=:[]%").contains(c);
  });
}

bool known_method(std::string_view method) {
  constexpr std::array<std::string_view, 7> kMethods{"GET", "POST",   "OPTIONS", "HEAD",
                                                     "PUT", "DELETE", "PATCH"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

// A line that begins with a blank carries on the field before it (obs-fold).
bool has_fold(std::string_view lines) {
  for (std::size_t at = lines.find('\n'); at != std::string_view::npos; at = lines.find('\n', at + 1)) {
    if (at + 1 < lines.size() && (lines[at + 1] == ' ' || lines[at + 1] == '\t')) return true;
  }
  return false;
}

bool names_another_version(std::string_view line) {
  line = line.substr(0, std::min(line.find('\r'), line.size()));
  if (line.contains('\n')) return false;
  const std::size_t space = line.rfind(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view version = line.substr(space + 1);
  return version.size() == 8 && version != "HTTP/1.0" && version != "HTTP/1.1" &&
         version.starts_with("HTTP/") && digit(version[5]) && version[6] == '.' && digit(version[7]);
}

Refusal refusal_of(const error_code& error, std::string_view rest) {
  if (error == http::error::header_limit) return {431, "the header is too large"};
  if (error == http::error::body_limit) return {413, "the body is too large"};
  if (error == http::error::bad_version) {
    if (names_another_version(rest)) return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
    return {400, "the request line is malformed"};
  }
  if (error == http::error::bad_method) return {400, "the request line is malformed"};
  if (error == http::error::bad_target) return {400, "the request target is malformed"};
  if (error == http::error::bad_content_length || error == http::error::multiple_content_length) {
    return {400, "the Content-Length is malformed or ambiguous"};
  }
  if (error == http::error::bad_transfer_encoding) {
    return {400, "the Transfer-Encoding is malformed or ambiguous"};
  }
  if (error == http::error::bad_chunk || error == http::error::bad_chunk_extension) {
    return {400, "the chunked body is malformed"};
  }
  if (error == http::error::bad_line_ending) return {400, "a line does not end with CRLF"};
  return {400, "the header is malformed"};
}

}  // namespace

class RequestParser::Message : public http::basic_parser<true> {
 public:
  Message(Request& request, const Limits& limits) : request_(request), limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(limits.body_bytes);
  }

  const std::optional<Refusal>& refusal() const { return refusal_; }
  bool expects_continue() const { return expects_continue_; }

  // What concerns the header as a whole.
  std::optional<Refusal> check_header() {
    if (hosts_ > 1) return Refusal{400, "more than one Host"};
    if (hosts_ == 0 && request_.minor_version == 1) return Refusal{400, "the Host is missing"};
    if (transfer_encoding_ && content_length_) {
      return Refusal{400, "both Content-Length and Transfer-Encoding"};
    }
    if (transfer_encoding_ && request_.minor_version == 0) {
      return Refusal{400, "HTTP/1.0 has no Transfer-Encoding"};
    }
    // RFC 9112, 3.2.2: the authority of an absolute target is the host; two that differ are a trick.
    if (!authority_.empty() && !iequals(authority_, request_.headers.get("Host").value_or(""))) {
      return Refusal{400, "the target and the Host name different hosts"};
    }
    return std::nullopt;
  }

 private:
  void refuse(int status, const char* message, error_code& error) {
    refusal_ = Refusal{status, message};
    error = http::error::bad_value;
  }

  void on_request_impl(http::verb, BeastView method, BeastView target, int version,
                       error_code& error) override {
    request_.minor_version = version % 10;
    request_.method.assign(view(method));
    request_.target.assign(view(target));
    if (!known_method(request_.method)) return refuse(501, "the method is not known", error);
    if (!set_path(request_.target)) return refuse(400, "the request target is malformed", error);
  }

  bool set_path(std::string_view target) {
    if (!is_path_and_query(target)) return false;
    for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")}) {
      if (target.size() < scheme.size() || !iequals(target.substr(0, scheme.size()), scheme)) continue;
      target.remove_prefix(scheme.size());
      const std::size_t end = std::min(target.find_first_of("/?"), target.size());
      authority_.assign(target.substr(0, end));
      if (authority_.empty()) return false;
      target.remove_prefix(end);
    }
    const std::size_t mark = std::min(target.find('?'), target.size());
    request_.path.assign(target.substr(0, mark));
    request_.query.assign(target.substr(std::min(mark + 1, target.size())));
    if (!authority_.empty() && request_.path.empty()) request_.path = "/";
    if (request_.path == "*") return request_.method == "OPTIONS" && mark == target.size();
    return request_.path.starts_with('/');
  }

  void on_field_impl(http::field field, BeastView name, BeastView value, error_code& error) override {
    if (request_.headers.size() >= limits_.header_count) return refuse(431, "too many header fields", error);
    const std::string_view text = view(value);
    request_.headers.add(view(name), text);
    switch (field) {
      case http::field::host:
        ++hosts_;
        if (!valid_host(text)) refuse(400, "the Host is malformed", error);
        break;
      case http::field::content_length:
        // The parser lets "5, 5" and a repeated equal one pass; what stands in front of us might not.
        if (content_length_ || !std::ranges::all_of(text, digit)) {
          refuse(400, "the Content-Length is malformed or ambiguous", error);
        }
        content_length_ = true;
        break;
      case http::field::transfer_encoding:
        if (transfer_encoding_) return refuse(400, "more than one Transfer-Encoding", error);
        transfer_encoding_ = true;
        if (!iequals(text, "chunked")) refuse(501, "the transfer coding is not known", error);
        break;
      case http::field::expect:
        expects_continue_ = iequals(text, "100-continue");
        if (!expects_continue_) refuse(417, "the only expectation met is 100-continue", error);
        break;
      default:
        break;
    }
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) request_.body.reserve(std::min<std::uint64_t>(*length, kBelievedBody));
  }
  std::size_t on_body_impl(BeastView body, error_code&) override {
    request_.body.append(view(body));
    return body.size();
  }
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code&) override {
    request_.body.append(view(body));
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, BeastView extensions, error_code& error) override {
    extension_bytes_ += extensions.size();
    if (extension_bytes_ > kMaxChunkExtensions) error = http::error::bad_chunk_extension;
  }
  // Nothing here has a use for trailers, and merging them into the header is a known way to smuggle.
  void on_trailer_field_impl(http::field, BeastView, BeastView, error_code&) override {}
  void on_response_impl(int, BeastView, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_finish_impl(error_code&) override {}

  Request& request_;
  const Limits& limits_;
  std::optional<Refusal> refusal_;
  std::string authority_;
  std::size_t hosts_ = 0;
  std::size_t extension_bytes_ = 0;
  bool content_length_ = false;
  bool transfer_encoding_ = false;
  bool expects_continue_ = false;
};

struct RequestParser::State {
  Limits limits{};
  std::optional<Message> message;
  Refusal refusal;
  bool started = false;
  bool skipped_line = false;

  Step refuse(Refusal why) {
    refusal = why;
    return Step::kRefused;
  }
};

RequestParser::RequestParser() : state_(std::make_unique<State>()) {}
RequestParser::~RequestParser() = default;

void RequestParser::begin(Request& request, Limits limits) {
  request.headers.clear();
  request.body.clear();
  state_->limits = limits;
  state_->message.emplace(request, state_->limits);
  state_->started = false;
  state_->skipped_line = false;
}

RequestParser::Step RequestParser::feed(std::string_view data, std::size_t& consumed) {
  consumed = 0;
  // RFC 9112, 2.2: one empty line ahead of a request is overlooked.
  if (!state_->started && !state_->skipped_line && data.starts_with('\r')) {
    if (data.size() == 1) return Step::kNeedMore;
    if (data[1] == '\n') {
      consumed = 2;
      state_->skipped_line = true;
    }
  }
  Message& message = *state_->message;
  while (true) {
    const std::string_view rest = data.substr(consumed);
    if (!rest.empty()) state_->started = true;
    const bool in_header = !message.is_header_done();
    error_code error;
    const std::size_t read = message.put(boost::asio::buffer(rest.data(), rest.size()), error);
    consumed += read;
    if (message.refusal()) return state_->refuse(*message.refusal());
    if (in_header && has_fold(rest.substr(0, read))) return state_->refuse({400, "a header field is folded"});
    if (error == http::error::need_more) {
      if (!in_header && data.size() - consumed > kMaxChunkLine) {
        return state_->refuse({400, "the chunked body is malformed"});
      }
      return Step::kNeedMore;
    }
    if (error) return state_->refuse(refusal_of(error, rest));
    if (in_header && message.is_header_done()) {
      if (const auto refusal = message.check_header()) return state_->refuse(*refusal);
      if (!message.is_done()) return Step::kHeader;
    }
    if (message.is_done()) return Step::kDone;
    if (consumed == data.size()) return Step::kNeedMore;
  }
}

bool RequestParser::started() const {
  return state_->started;
}

bool RequestParser::keep_alive() const {
  return state_->message->keep_alive();
}

bool RequestParser::expects_continue() const {
  return state_->message->expects_continue();
}

const Refusal& RequestParser::refusal() const {
  return state_->refusal;
}

}  // namespace parley::net
