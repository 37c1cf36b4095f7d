#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace parley::base {
namespace {

using testing::HasSubstr;

TEST(Metrics, prints_each_kind_in_the_text_format) {
  Metrics metrics;
  metrics.counter("parley_x_total", "Things.", {"route"}, {"/a\"b"}).add(3);
  metrics.gauge("parley_open", "Open.").set(-2);
  metrics.scaled_counter(1e6, "parley_cost_usd_total", "Cost.").add(1'500'000);
  auto& histogram = metrics.histogram("parley_h_seconds", "H.", {0.1, 1});
  histogram.observe(0.1);
  histogram.observe(0.5);
  histogram.observe(7);
  EXPECT_EQ(metrics.render(), R"(# HELP parley_cost_usd_total Cost.
# TYPE parley_cost_usd_total counter
parley_cost_usd_total 1.5
# HELP parley_h_seconds H.
# TYPE parley_h_seconds histogram
parley_h_seconds_bucket{le="0.1"} 1
parley_h_seconds_bucket{le="1"} 2
parley_h_seconds_bucket{le="+Inf"} 3
parley_h_seconds_sum 7.6
parley_h_seconds_count 3
# HELP parley_open Open.
# TYPE parley_open gauge
parley_open -2
# HELP parley_x_total Things.
# TYPE parley_x_total counter
parley_x_total{route="/a\"b"} 3
)");
}

TEST(Metrics, a_family_never_grows_past_its_bound) {
  Metrics metrics(10);
  for (int i = 0; i < 1000; ++i) metrics.counter("parley_x_total", "X.", {"id"}, {std::to_string(i)}).add();
  EXPECT_THAT(metrics.render(), HasSubstr("parley_x_total{id=\"other\"} 990\n"));
}

}  // namespace
}  // namespace parley::base
