// The tables, and how an older file becomes a newer one.
#pragma once

#include <span>

#include "base/error.h"
#include "store/sqlite/database.h"

namespace parley::store::sqlite {

// SQL scripts: the one at index n brings version n to n + 1. Steps that were released are never changed.
using SchemaSteps = std::span<const char* const>;

// This program's; as many as the version that it writes.
SchemaSteps schema_steps();

// Brings the file to the version that `steps` end with, each step in a transaction of its own. INTERNAL, and
// nothing is changed, when the file was written by a newer program or is another program's; a step that fails
// leaves the version before it.
[[nodiscard]] base::Result<void> migrate(Connection& db, SchemaSteps steps = schema_steps());

}  // namespace parley::store::sqlite
