#include "graphql/execute.h"
#include "graphql/json_text.h"

namespace parley::graphql {

std::string Response::json() const {
  std::string out;
  out.reserve(512);
  out += '{';
  if (!errors.empty()) {
    out += "\"errors\":[";
    for (std::size_t i = 0; i < errors.size(); ++i) {
      if (i > 0) out += ',';
      append_json(out, to_json(errors[i]));
    }
    out += ']';
  }
  if (data) {
    if (!errors.empty()) out += ',';
    out += "\"data\":";
    append_json(out, *data);
  }
  out += '}';
  return out;
}

}  // namespace parley::graphql
