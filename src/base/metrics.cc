#include "base/metrics.h"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

namespace parley::base {
namespace {

std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (quotes && c == '"') {
      out += "\\\"";
    } else {
      out += c;
    }
  }
  return out;
}

// {a="x",b="y"}, with `extra` as a last label where it is not empty; nothing where there are no labels.
std::string label_text(const std::vector<std::string>& names, const std::vector<std::string>& values,
                       const std::string& extra = {}) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", names[i], escaped(values[i], true));
  }
  if (!extra.empty()) out += (out.empty() ? "" : ",") + extra;
  return out.empty() ? out : "{" + out + "}";
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)),
      buckets_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {
  assert(std::ranges::is_sorted(bounds_));
}

void Histogram::observe(double seconds) {
  const auto bucket = std::ranges::lower_bound(bounds_, seconds) - bounds_.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_nanoseconds_.fetch_add(static_cast<std::uint64_t>(std::max(0.0, seconds) * 1e9),
                             std::memory_order_relaxed);
}

std::vector<double> latency_buckets() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

std::vector<double> turn_buckets() {
  return {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600};
}

Metrics::Metrics(std::size_t max_series_per_family) : max_series_(max_series_per_family) {}
Metrics::~Metrics() = default;

Metrics::Series& Metrics::find(Kind kind, double scale, std::string_view name, std::string_view help,
                               Labels names, Labels values, std::vector<double> bounds) {
  assert(names.size() == values.size());
  return families_.with([&](Families& families) -> Series& {
    auto found = families.find(name);
    if (found == families.end()) {
      found = families
                  .emplace(std::string(name), Family{.kind = kind,
                                                     .help = std::string(help),
                                                     .scale = scale,
                                                     .label_names = {names.begin(), names.end()},
                                                     .series = {}})
                  .first;
    }
    Family& family = found->second;
    assert(family.kind == kind && family.label_names.size() == names.size());
    std::vector<std::string> key(values.begin(), values.end());
    if (family.series.size() >= max_series_ && !family.series.contains(key)) {
      key.assign(values.size(), "other");
    }
    auto& series = family.series[key];
    if (!series) {
      series = std::make_unique<Series>();
      if (kind == Kind::kHistogram) series->histogram = std::make_unique<Histogram>(std::move(bounds));
    }
    return *series;
  });
}

Counter& Metrics::counter(std::string_view name, std::string_view help, Labels label_names,
                          Labels label_values) {
  return find(Kind::kCounter, 1, name, help, label_names, label_values, {}).counter;
}

Counter& Metrics::scaled_counter(double scale, std::string_view name, std::string_view help,
                                 Labels label_names, Labels label_values) {
  return find(Kind::kCounter, scale, name, help, label_names, label_values, {}).counter;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, Labels label_names, Labels label_values) {
  return find(Kind::kGauge, 1, name, help, label_names, label_values, {}).gauge;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                              Labels label_names, Labels label_values) {
  return *find(Kind::kHistogram, 1, name, help, label_names, label_values, std::move(bounds)).histogram;
}

void Metrics::render_series(std::string& out, const std::string& name, const Family& family,
                            const std::vector<std::string>& values, const Series& series) {
  const std::string labels = label_text(family.label_names, values);
  if (family.kind == Kind::kGauge) {
    out += fmt::format("{}{} {}\n", name, labels, series.gauge.value());
    return;
  }
  if (family.kind == Kind::kCounter) {
    const std::uint64_t value = series.counter.value();
    out += family.scale == 1
               ? fmt::format("{}{} {}\n", name, labels, value)
               : fmt::format("{}{} {}\n", name, labels, static_cast<double>(value) / family.scale);
    return;
  }
  const Histogram& histogram = *series.histogram;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= histogram.bounds_.size(); ++i) {
    total += histogram.buckets_[i].load(std::memory_order_relaxed);
    const std::string bound = i < histogram.bounds_.size() ? fmt::format("{}", histogram.bounds_[i]) : "+Inf";
    out += fmt::format("{}_bucket{} {}\n", name,
                       label_text(family.label_names, values, "le=\"" + bound + "\""), total);
  }
  const auto sum = static_cast<double>(histogram.sum_nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
  out += fmt::format("{}_sum{} {}\n{}_count{} {}\n", name, labels, sum, name, labels, total);
}

std::string Metrics::render() const {
  constexpr std::string_view kKinds[] = {"counter", "gauge", "histogram"};
  return families_.with([&](const Families& families) {
    std::string out;
    for (const auto& [name, family] : families) {
      out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, escaped(family.help, false), name,
                         kKinds[static_cast<std::size_t>(family.kind)]);
      for (const auto& [values, series] : family.series) render_series(out, name, family, values, *series);
    }
    return out;
  });
}

}  // namespace parley::base
