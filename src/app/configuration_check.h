// What the table cannot say of one setting alone: how settings go together, and what the files that they name
// hold. Any thread.
#pragma once

#include <string>

#include "app/configuration.h"
#include "base/error.h"
#include "base/settings_source.h"

namespace parley::app {

// Fills in what is made of the settings (TLS identity, keys, briefing, catalog) and adds to the warnings.
// `file` says on which line a setting stands. BAD_USER_INPUT: everything that is wrong, one line each.
[[nodiscard]] base::Result<void> complete_configuration(Configuration& configuration,
                                                        const base::SettingNode& file,
                                                        const std::string& name);

}  // namespace parley::app
