// The opening handshake of a WebSocket, the server's part (RFC 6455, 4.2), with the negotiation of
// permessage-deflate (RFC 7692). Pure functions of a request; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/http.h"

namespace parley::net {

struct Handshake {
  std::string accept;
  // The one chosen, or empty.
  std::string subprotocol;
  bool deflate = false;
  // The window that the client can hold, 9 to 15.
  int server_window_bits = 15;
  // The response's Sec-WebSocket-Extensions, where `deflate`.
  std::string extensions;
};

// True for a GET with HTTP/1.1 that asks for a WebSocket of version 13.
bool asks_for_websocket(const Request& request);

// Fails with kBadUserInput, naming what is wrong with the request's fields.
[[nodiscard]] base::Result<Handshake> shake_hands(const Request& request,
                                                  const std::vector<std::string>& subprotocols,
                                                  bool allow_deflate);

}  // namespace parley::net
