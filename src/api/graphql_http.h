// `/graphql` over HTTP, as github.com/graphql/graphql-over-http says (draft of 2025).
//
// Answers in application/graphql-response+json or application/json, as Accept asks. With the first, a request
// that is not executed has the status of its error; with the second that is 200, but where the request is no
// GraphQL request at all. Neither mutations over GET (405) nor subscriptions: those go over WebSocket
// (graphql_ws.h).
#pragma once

#include <string_view>

#include "api/admission.h"
#include "api/graphql_service.h"
#include "net/server.h"

namespace parley::api {

base::Awaitable<void> serve_graphql(GraphqlService& service, Visit visit, net::Exchange& exchange);

// Answers a request that is not let in, as a GraphQL request error with the error's status.
void refuse_graphql(const Services& services, net::Exchange& exchange, base::Error error,
                    std::string_view request_id);

}  // namespace parley::api
