// The tables, and how an older file becomes a newer one.
#pragma once

#include "base/error.h"
#include "store/sqlite/database.h"

namespace parley::store::sqlite {

// The version that this program writes.
int schema_version();

// Brings the file to schema_version(), each step in a transaction of its own. INTERNAL, and nothing is
// changed, when the file was written by a newer program.
[[nodiscard]] base::Result<void> migrate(Connection& db);

}  // namespace parley::store::sqlite
