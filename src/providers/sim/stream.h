// Sends a simulated answer, in its own time and with the fault that it is to have.
//
// On the worker of its exchange.
#pragma once

#include "net/server.h"
#include "providers/sim/answer.h"
#include "providers/sim/behaviour.h"
#include "providers/sim/capacity.h"
#include "providers/sim/ledger.h"

namespace parley::providers {

struct SimSending {
  net::Exchange& exchange;
  const SimAnswer& answer;
  const SimBehaviour& behaviour;
  const SimCapacity& capacity;
  SimCapacity::Seat& seat;
  // Tokens that the answer has come to.
  std::int64_t produced = 0;
};

// As events. All in one write where nothing is to be waited for; each wait sees at once that the reader left.
// `sending` outlives the call.
base::Awaitable<SimOutcome> send_stream(SimSending& sending);

// As one JSON object, after the time that all tokens take together. That the reader left is not seen
// meanwhile.
base::Awaitable<SimOutcome> send_whole(SimSending& sending);

// A refusal as OpenAI writes it.
net::Response refusal(int status, std::string_view message, std::string_view code,
                      std::chrono::milliseconds retry_after = std::chrono::milliseconds(0));

// Waits as long as a fault that leaves its reader waiting lasts. kCancelled where the reader or the server
// ended it, else kFaulted.
base::Awaitable<SimOutcome> hold();

}  // namespace parley::providers
