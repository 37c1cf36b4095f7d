// A turn as OpenAI's chat completions tell it: one object, or chunks over Server-Sent Events
// (platform.openai.com/docs/api-reference/chat/object and /streaming). No I/O; whoever holds one owns it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "chat/engine.h"
#include "streams/event.h"

namespace parley::api {

// `{"prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details"}`.
boost::json::object openai_usage(const model::Usage& usage);

// Joins what a provider said beside text: strings and arrays of tool calls grow, anything else is replaced.
// `delta` is one streamed delta or the message of an answer that was not streamed.
void merge_extra(boost::json::object& into, boost::json::object delta);

// The completion of a turn that ended COMPLETE or CANCELLED. `extra` is what merge_extra() gathered.
std::string completion_json(const store::TurnState& state, boost::json::object extra);

// The error that a turn ended with, where it ended without an answer to show.
std::optional<base::Error> turn_failure(const model::Message& answer);

class ChunkWriter {
 public:
  // `include_usage`: a last chunk without choices tells it, and every other one has `"usage": null`.
  ChunkWriter(const store::TurnState& state, bool include_usage);

  // Appends what the event is to the client, as Server-Sent Events with the event's number as their id. After
  // a turn's last event comes `[DONE]`, or an error object where it ended without one. A RESTARTED event is
  // an error too: this API cannot take text back.
  void append(std::string& out, const streams::Event& event);
  // Appends an error object, which ends the stream.
  void append_error(std::string& out, const base::Error& error) const;

 private:
  void chunk(std::string& out, const std::optional<std::string>& id, std::string_view delta,
             std::string_view finish, std::string_view rest = {}) const;
  void last(std::string& out, const streams::Event& event);

  // What every chunk begins with.
  std::string head_;
  bool include_usage_;
  bool called_tools_ = false;
};

}  // namespace parley::api
