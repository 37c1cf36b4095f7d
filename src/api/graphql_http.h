// `/graphql` over HTTP, as github.com/graphql/graphql-over-http says (draft of 2025).
//
// Answers in application/graphql-response+json or application/json, as Accept asks. With the first, a request
// that is not executed has the status of its error; with the second that is 200, but where the request is no
// GraphQL request at all. Neither mutations over GET (405) nor subscriptions: those go over WebSocket
// (graphql_ws.h).
#pragma once

#include "api/graphql_service.h"
#include "net/server.h"

namespace parley::api {

base::Awaitable<void> serve_graphql(GraphqlService& service, base::Call call, net::Exchange& exchange);

}  // namespace parley::api
