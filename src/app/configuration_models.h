// The settings of providers and models. Part of the table in configuration_table.cc. Any thread.
#pragma once

#include "app/configuration.h"
#include "base/settings.h"

namespace parley::app {

base::SettingRows<ProviderConfiguration> provider_rows();
base::SettingRows<ModelConfiguration> model_rows();

}  // namespace parley::app
