// The part of every schema that no SDL says: built-in scalars and directives (specification of September
// 2025, sections 3.5 and 3.13) and introspection (section 4.2), with the reference implementation's
// descriptions.
#pragma once

#include <string_view>

#include "graphql/ast.h"

namespace parley::graphql {

// An SDL. Its type `__Meta` is none of the schema's: its fields are those of every selection.
const DocumentPtr& built_in_document();

inline constexpr std::string_view kMetaType = "__Meta";
inline constexpr std::string_view kDefaultDeprecation = "No longer supported";

// Whether that is the name of a built-in scalar, or a type of introspection; of a built-in directive.
bool built_in_type(std::string_view name);
bool built_in_directive(std::string_view name);

}  // namespace parley::graphql
