// The table of all settings (base/settings.h). Any thread.
#pragma once

#include "app/configuration.h"
#include "base/settings.h"

namespace parley::app {

base::Settings<Configuration> configuration_settings();

}  // namespace parley::app
