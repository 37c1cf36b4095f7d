// Counters, gauges and histograms, printed in Prometheus' text format.
//
// A family has a name (prefix parley_ included), a help line and label names; a series is one set of label
// values and lives as long as the registry. Look a series up once and keep the reference: adding is one
// relaxed atomic. The number of series a family may have is bounded; past it, every label value becomes
// "other". Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"

namespace parley::base {

class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

class Histogram {
 public:
  // `bounds`: upper bounds of the buckets, ascending, in seconds; +Inf is added.
  explicit Histogram(std::vector<double> bounds);
  void observe(double seconds);

 private:
  friend class Metrics;
  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> buckets_;
  std::atomic<std::uint64_t> sum_nanoseconds_{0};
};

// 0.5 ms to 10 s, for requests and store operations.
std::vector<double> latency_buckets();
// 10 ms to 10 min, for turns.
std::vector<double> turn_buckets();

using Labels = std::initializer_list<std::string_view>;

class Metrics {
 public:
  explicit Metrics(std::size_t max_series_per_family = 500);
  ~Metrics();

  // The same name must come with the same help, labels and kind each time; `label_values` follow
  // `label_names`.
  Counter& counter(std::string_view name, std::string_view help, Labels label_names = {},
                   Labels label_values = {});
  // `scale` divides the value where it is printed: 1e6 prints micro-dollars as dollars.
  Counter& scaled_counter(double scale, std::string_view name, std::string_view help, Labels label_names = {},
                          Labels label_values = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels label_names = {},
               Labels label_values = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                       Labels label_names = {}, Labels label_values = {});

  // The text exposition format 0.0.4, families in the order of their names.
  std::string render() const;

 private:
  enum class Kind : std::uint8_t { kCounter, kGauge, kHistogram };
  struct Series {
    Counter counter;
    Gauge gauge;
    std::unique_ptr<Histogram> histogram;
  };
  struct Family {
    Kind kind;
    std::string help;
    double scale = 1;
    std::vector<std::string> label_names;
    std::map<std::vector<std::string>, std::unique_ptr<Series>> series;
  };
  using Families = std::map<std::string, Family, std::less<>>;

  Series& find(Kind kind, double scale, std::string_view name, std::string_view help, Labels names,
               Labels values, std::vector<double> bounds);
  static void render_series(std::string& out, const std::string& name, const Family& family,
                            const std::vector<std::string>& values, const Series& series);

  std::size_t max_series_;
  // Guarded rather than posted: lookups happen at start and on a new label set, from any worker.
  Guarded<Families> families_;
};

}  // namespace parley::base
