// What settings of this program hold beside the kinds that base/setting_type.h knows. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/configuration.h"
#include "base/setting_type.h"
#include "limits/policy.h"
#include "model/quantity.h"
#include "net/address.h"

namespace parley::app {

// "127.0.0.1:8080", "[::1]:8080".
base::SettingType<ListenAddress> listen_address();

// US dollars from 0 to 1,000,000 with at most six decimals, kept exactly: 0.075, or "0.075".
base::SettingType<model::MicroUsd> us_dollars();

// A size in bytes, kept as so many pages of 4 KiB; "0B" for none.
base::SettingType<std::int64_t> sqlite_pages();

// 1 to 64 letters, digits, '.', '_' and '-'.
base::SettingType<std::string> node_name();

// "600/minute", "600/minute burst 100", "10/second", "none".
base::SettingType<limits::RateLimit> rate();

// Tokens from 1.
base::SettingType<model::Tokens> tokens();

// Addresses and networks, such as "10.0.0.0/8": a list, or separated by commas in a variable. Up to 64.
base::SettingType<net::NetworkSet> networks();

// An http or https URL, or nothing.
base::SettingType<std::string> url();

}  // namespace parley::app
