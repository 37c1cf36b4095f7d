#include "limits/keys.h"

namespace parley::limits {

namespace {

std::string encoded(std::string_view tenant) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string text;
  text.reserve(tenant.size());
  for (const char c : tenant) {
    if (c == '%' || c == '/' || c == '{' || c == '}') {
      const auto byte = static_cast<unsigned char>(c);
      text += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    } else {
      text += c;
    }
  }
  return text;
}

// kind:{tenant}limit/user
std::string key_of(std::string_view kind, std::string_view limit, const model::Owner& owner) {
  std::string key(kind);
  key.append("{").append(encoded(owner.tenant)).append("}").append(limit).append("/").append(owner.user);
  return key;
}

}  // namespace

std::string rate_key(std::string_view limit, const model::Owner& owner) {
  return key_of("rate:", limit, owner);
}

std::string organisation_key(std::string_view tenant) {
  return "rate:{" + encoded(tenant) + "}organisation";
}

std::string address_key(std::string_view address) {
  return "rate:{" + encoded(address) + "}address";
}

std::string slot_key(std::string_view limit, const model::Owner& owner) {
  return key_of("slot:", limit, owner);
}

std::string ban_subject(const model::Owner& owner) {
  return "user:" + encoded(owner.tenant) + "/" + owner.user;
}

std::string ban_subject(std::string_view address) {
  return "ip:" + std::string(address);
}

}  // namespace parley::limits
