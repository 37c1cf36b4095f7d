// The settings of what users may do: rates, bans, the line, budgets. Part of the table in
// configuration_table.cc. Any thread.
#pragma once

#include "app/configuration.h"
#include "base/settings.h"

namespace parley::app {

base::SettingRows<Configuration> limits_rows();
base::SettingRows<limits::TierPolicy> tier_rows();
base::SettingRows<limits::OrganisationPolicy> organisation_rows();
base::SettingRows<model::BudgetLimits> user_rows();

}  // namespace parley::app
