#include "app/gates.h"

namespace parley::app {

Gates make_gates(const Configuration& configuration, const Gates& before, const base::Clock& clock,
                 base::Metrics& metrics) {
  Gates gates;
  for (const auto& [name, provider] : configuration.providers) {
    if (const auto known = before.find(name); known != before.end()) {
      gates.insert(*known);
    } else {
      gates.emplace(name, std::make_shared<limits::Gate>(name, provider.gate, clock, metrics));
    }
  }
  return gates;
}

void set_gates(const Gates& gates, const Configuration& configuration) {
  for (const auto& [name, gate] : gates) gate->set(configuration.providers.at(name).gate);
}

}  // namespace parley::app
