// Names under which the shared state keeps what is counted. No two of anything share one. Any thread.
//
// What belongs to one tenant begins with `{tenant}`, so that a cluster of servers keeps all of it in one
// place and one call may touch all of it (Redis Cluster specification, "Hash tags"). In a tenant's name the
// characters that would end it early are percent-encoded; a user's name comes last and stands as it is.
#pragma once

#include <string>
#include <string_view>

#include "model/owner.h"

namespace parley::limits {

// "rate:{acme}user/ada"; `limit` has no slash.
std::string rate_key(std::string_view limit, const model::Owner& owner);
// "rate:{acme}organisation".
std::string organisation_key(std::string_view tenant);
// "rate:{192.0.2.7}address".
std::string address_key(std::string_view address);
// "slot:{acme}turns/ada".
std::string slot_key(std::string_view limit, const model::Owner& owner);

// "user:acme/ada", "ip:192.0.2.7": what bans are set on. At most state::kMaxSubjectBytes for names that a
// token may have.
std::string ban_subject(const model::Owner& owner);
std::string ban_subject(std::string_view address);

}  // namespace parley::limits
