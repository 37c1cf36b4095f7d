// The ways to the providers, which all workers share: one for each provider, as long as it is configured or
// something still stands in it.
//
// A value; made by the main thread, handed to the workers.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "app/configuration.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "limits/gate.h"

namespace parley::app {

using Gates = std::map<std::string, std::shared_ptr<limits::Gate>, std::less<>>;

// One for each provider of `configuration`: that of `before`, as it is, where there was one. `clock` and
// `metrics` outlive them.
Gates make_gates(const Configuration& configuration, const Gates& before, const base::Clock& clock,
                 base::Metrics& metrics);

// Gives each the options that `configuration` has for it.
void set_gates(const Gates& gates, const Configuration& configuration);

}  // namespace parley::app
