#include "base/settings.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace parley::base {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

enum class Colour : std::uint8_t { kRed, kGreen };

struct Lamp {
  std::size_t watts = 40;
  std::string socket{};
};

struct House {
  bool open = true;
  int doors = 2;
  std::size_t cellar = 64 * 1024;
  std::chrono::milliseconds ring{250};
  std::chrono::milliseconds rest{30'000};
  std::string name = "home";
  std::string plan{};
  Colour colour = Colour::kGreen;
  std::vector<std::string> cats{};
  Secret key{};
  std::map<std::string, Secret> safes{};
  std::optional<int> age{};
  std::map<std::string, Lamp> lamps{};
};

Settings<House> table() {
  SettingRows<House> house;
  house
      .add(
          "open", boolean(), [](House& h) -> auto& { return h.open; }, "Whether one may come in.",
          Reload::kLive)
      .add(
          "doors", number<int>(1, 9), [](House& h) -> auto& { return h.doors; }, "How many doors.")
      .add(
          "cellar", byte_size(1024, 1 << 20), [](House& h) -> auto& { return h.cellar; }, "How much wine.")
      .add(
          "ring", duration(1ms, 24h), [](House& h) -> auto& { return h.ring; }, "How long the bell rings.")
      .add(
          "rest_seconds", whole_seconds(0, 60), [](House& h) -> auto& { return h.rest; },
          "Until it may again.")
      .add(
          "name", text(20, 1), [](House& h) -> auto& { return h.name; }, "Its name.")
      .add(
          "plan", path(), [](House& h) -> auto& { return h.plan; }, "Where the plan is.")
      .add(
          "colour", choice<Colour>({{"red", Colour::kRed}, {"green", Colour::kGreen}}),
          [](House& h) -> auto& { return h.colour; }, "Its colour.")
      .add(
          "cats", text_list(3, 10), [](House& h) -> auto& { return h.cats; }, "Who lives here.")
      .add(
          "key", secret(), [](House& h) -> auto& { return h.key; }, "What opens the door.")
      .add(
          "safes", secret_table(2), [](House& h) -> auto& { return h.safes; }, "What opens the safes.")
      .add("age", optional(number<int>(0, 900)), [](House& h) -> auto& { return h.age; }, "How old it is.");
  SettingRows<Lamp> lamp;
  lamp.add(
          "watts", number<std::size_t>(1, 100), [](Lamp& l) -> auto& { return l.watts; }, "How bright.")
      .add(
          "socket", text(), [](Lamp& l) -> auto& { return l.socket; }, "Where it hangs.", Reload::kLive,
          Presence::kRequired);
  Settings<House> settings("VILLA");
  settings.section("house", "The house.", std::move(house))
      .named("lamps", "Its lamps.", [](House& h) -> auto& { return h.lamps; }, std::move(lamp));
  return settings;
}

struct Loaded {
  House house;
  std::string error;
  std::vector<std::string> warnings;
};

Loaded load(std::string_view toml, const Environment& environment = {}, const std::string& folder = "") {
  Loaded loaded;
  SettingContext context{.environment = environment, .folder = folder};
  const auto file = parse_toml(toml, "villa.toml");
  if (!file) {
    loaded.error = file.error().message;
    return loaded;
  }
  const auto settings = table();
  if (const auto read = settings.read(loaded.house, *file, "villa.toml", context); !read) {
    EXPECT_EQ(read.error().code, ErrorCode::kBadUserInput);
    loaded.error = read.error().message;
  }
  loaded.warnings = context.warnings;
  return loaded;
}

std::string refusal(std::string_view toml, const Environment& environment = {}) {
  return load(toml, environment).error;
}

// A folder that is gone at the end.
class Folder {
 public:
  Folder() : path_(::testing::TempDir() + "settings-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name, std::string_view content, int mode = 0600) const {
    std::ofstream(path_ + "/" + name) << content;
    std::filesystem::permissions(path_ + "/" + name, std::filesystem::perms(mode));
    return path_ + "/" + name;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Settings, keep_their_defaults_where_the_file_says_nothing) {
  const auto loaded = load("");
  EXPECT_EQ(loaded.error, "");
  EXPECT_EQ(loaded.house.doors, 2);
  EXPECT_EQ(loaded.house.age, std::nullopt);
  EXPECT_TRUE(loaded.house.lamps.empty());
}

TEST(Settings, are_read_from_the_file_by_their_kinds) {
  const auto loaded = load(R"(
[house]
open = false
doors = 3
cellar = "128KiB"
ring = "90s"
rest_seconds = 5
name = "Vila \"Ø\""
plan = "plans/one"
colour = "red"
cats = ["Tom", "Min"]
safes = { left = "1234", right = { env = "RIGHT" } }
age = 100
[lamps.hall]
socket = "E27"
[lamps."a.b"]
watts = 7
socket = ""
)",
                           {{"RIGHT", "5678"}}, "/etc/villa");
  ASSERT_EQ(loaded.error, "");
  const House& house = loaded.house;
  EXPECT_FALSE(house.open);
  EXPECT_EQ(house.doors, 3);
  EXPECT_EQ(house.cellar, 128U * 1024);
  EXPECT_EQ(house.ring, 90s);
  EXPECT_EQ(house.rest, 5s);
  EXPECT_EQ(house.name, "Vila \"Ø\"");
  EXPECT_EQ(house.plan, "/etc/villa/plans/one");
  EXPECT_EQ(house.colour, Colour::kRed);
  EXPECT_THAT(house.cats, ElementsAre("Tom", "Min"));
  EXPECT_EQ(house.safes.at("left").reveal(), "1234");
  EXPECT_EQ(house.safes.at("right").reveal(), "5678");
  EXPECT_EQ(house.age, 100);
  EXPECT_EQ(house.lamps.at("hall").watts, 40U);
  EXPECT_EQ(house.lamps.at("a.b").watts, 7U);
  EXPECT_TRUE(loaded.warnings.empty());
}

TEST(Settings, take_sizes_and_durations_with_their_units_alone) {
  EXPECT_EQ(load("house.cellar = 2048").house.cellar, 2048U);
  EXPECT_EQ(load("house.cellar = '2048B'").house.cellar, 2048U);
  EXPECT_EQ(load("house.cellar = '1MiB'").house.cellar, 1U << 20);
  EXPECT_EQ(load("house.ring = '1ms'").house.ring, 1ms);
  EXPECT_EQ(load("house.ring = '2m'").house.ring, 2min);
  EXPECT_EQ(load("house.ring = '3h'").house.ring, 3h);
  EXPECT_EQ(load("house.ring = '1d'").house.ring, 24h);
  for (const auto* bad :
       {"'1023'", "1023", "'2MiB'", "'1 MiB'", "'1MB'", "'-1KiB'", "'KiB'", "1.5", "'1.5MiB'", "true",
        "'99999999999999999999B'", "'9223372036854775807KiB'", "[2048]"}) {
    EXPECT_THAT(refusal(std::string("house.cellar = ") + bad),
                HasSubstr("house.cellar: a size from 1KiB to 1MiB"))
        << bad;
  }
  for (const auto* bad : {"250", "'250'", "'0ms'", "'2d'", "'1.5s'", "'-1s'", "'s'", "'1 s'", "'1us'",
                          "'1m30s'", "''", "'9223372036854775807d'"}) {
    EXPECT_THAT(refusal(std::string("house.ring = ") + bad),
                HasSubstr("house.ring: a duration from 1ms to 1d"))
        << bad;
  }
}

TEST(Settings, say_the_line_and_the_reason_of_everything_that_is_wrong) {
  EXPECT_EQ(refusal(R"([house]
doors = 10
colour = "blue"

open = 1
[hose]
[lamps.hall]
watts = 0
[house.safes]
a = "1"
b = "2"
c = "3"
)"),
            "villa.toml:2: house.doors: a whole number from 1 to 9 is wanted, not 10\n"
            "villa.toml:3: house.colour: one of \"red\", \"green\" is wanted\n"
            "villa.toml:5: house.open: true or false is wanted, not 1\n"
            "villa.toml:6: there is no section 'hose': did you mean 'house'?\n"
            "villa.toml:7: lamps.hall.socket: is missing\n"
            "villa.toml:8: lamps.hall.watts: a whole number from 1 to 100 is wanted, not 0\n"
            "villa.toml:9: house.safes: at most 2 entries are possible");
}

TEST(Settings, refuse_unknown_keys_and_name_the_nearest) {
  EXPECT_EQ(refusal("[house]\ndoor = 3"),
            "villa.toml:2: house: there is no key 'door': did you mean 'doors'?");
  EXPECT_EQ(refusal("[house]\nwindows = 3"), "villa.toml:2: house: there is no key 'windows'");
  EXPECT_EQ(refusal("[house]\nDoors = 3"),
            "villa.toml:2: house: there is no key 'Doors': did you mean 'doors'?");
  EXPECT_EQ(refusal("doors = 3"), "villa.toml:1: there is no section 'doors'");
  EXPECT_EQ(refusal("[lamps.hall]\nsocket = 'a'\nwats = 3"),
            "villa.toml:3: lamps.hall: there is no key 'wats': did you mean 'watts'?");
  EXPECT_EQ(refusal("[lamps.a.b]\nsocket = 'a'"),
            "villa.toml:1: lamps.a: there is no key 'b': a name with a dot is quoted, [lamps.\"a.b\"]\n"
            "villa.toml:1: lamps.a.socket: is missing");
  EXPECT_EQ(refusal("house = 3"), "villa.toml:1: house: a table is wanted, not a whole number");
  EXPECT_EQ(refusal("[[house]]\ndoors = 3"), "villa.toml:1: house: a table is wanted, not a list");
  EXPECT_EQ(refusal("lamps.hall = 3"),
            "villa.toml:1: lamps: hall: a table [lamps.NAME] is wanted, not a whole number");
  EXPECT_THAT(refusal("[lamps.'a b']\nsocket = 'a'"), HasSubstr("visible ASCII"));
  EXPECT_THAT(refusal("[house]\n\"\\u0007\" = 3"), HasSubstr("there is no key '?'"));
}

TEST(Settings, tell_at_most_twenty_of_many_faults) {
  std::string toml = "[house]\n";
  for (int i = 0; i < 100; ++i) toml += "key" + std::to_string(i) + "x = 1\n";
  const auto told = refusal(toml);
  EXPECT_EQ(std::ranges::count(told, '\n'), 20);
  EXPECT_THAT(told, HasSubstr("villa.toml: and 80 more"));
}

TEST(Settings, refuse_other_types_of_toml) {
  EXPECT_THAT(refusal("house.doors = 1979-05-27"), HasSubstr("not a date or time"));
  EXPECT_THAT(refusal("house.doors = 1.0"), HasSubstr("not a number"));
  EXPECT_THAT(refusal("house.doors = '3'"), HasSubstr("not '3'"));
  EXPECT_THAT(refusal("house.name = 3"), HasSubstr("a string is wanted, not 3"));
  EXPECT_THAT(refusal("house.name = ''"), HasSubstr("must not be empty"));
  EXPECT_THAT(refusal("house.name = 'aaaaaaaaaaaaaaaaaaaaa'"), HasSubstr("at most 20 bytes"));
  EXPECT_THAT(refusal("house.name = \"a\\nb\""), HasSubstr("control characters"));
  EXPECT_THAT(refusal("house.cats = 'Tom'"), HasSubstr("a list of strings is wanted"));
  EXPECT_THAT(refusal("house.cats = ['a', 3]"), HasSubstr("a string is wanted, not 3"));
  EXPECT_THAT(refusal("house.cats = ['a', 'b', 'c', 'd']"), HasSubstr("at most 3 are possible"));
  EXPECT_THAT(refusal("house.age = 901"), HasSubstr("0 to 900"));
  EXPECT_THAT(refusal("house.safes = 'a'"), HasSubstr("a table is wanted"));
}

TEST(Settings, are_overridden_by_variables) {
  const auto loaded =
      load("[house]\ndoors = 3\n[lamps.hall-1]\nsocket = 'a'", {{"VILLA_HOUSE_DOORS", "4"},
                                                                {"VILLA_HOUSE_OPEN", "false"},
                                                                {"VILLA_HOUSE_CELLAR", "2KiB"},
                                                                {"VILLA_HOUSE_RING", "5s"},
                                                                {"VILLA_HOUSE_NAME", "a, b = c"},
                                                                {"VILLA_HOUSE_COLOUR", "red"},
                                                                {"VILLA_HOUSE_CATS", "Tom, Min"},
                                                                {"VILLA_HOUSE_KEY", "open sesame\n"},
                                                                {"VILLA_HOUSE_AGE", ""},
                                                                {"VILLA_LAMPS_HALL_1_WATTS", "60"},
                                                                {"VILLA_LAMPS_HALL_1_SOCKET", "b"},
                                                                {"VILLA", "x"},
                                                                {"VILLA_OTHER", "x"},
                                                                {"HOUSE_DOORS", "5"}});
  ASSERT_EQ(loaded.error, "");
  EXPECT_EQ(loaded.house.doors, 4);
  EXPECT_FALSE(loaded.house.open);
  EXPECT_EQ(loaded.house.cellar, 2048U);
  EXPECT_EQ(loaded.house.ring, 5s);
  EXPECT_EQ(loaded.house.name, "a, b = c");
  EXPECT_EQ(loaded.house.colour, Colour::kRed);
  EXPECT_THAT(loaded.house.cats, ElementsAre("Tom", "Min"));
  EXPECT_EQ(loaded.house.key.reveal(), "open sesame\n");
  EXPECT_EQ(loaded.house.lamps.at("hall-1").watts, 60U);
  EXPECT_EQ(loaded.house.lamps.at("hall-1").socket, "b");
  EXPECT_TRUE(loaded.warnings.empty()) << loaded.warnings.front();
}

TEST(Settings, refuse_a_variable_by_its_name_and_warn_of_one_that_fits_nothing) {
  EXPECT_EQ(refusal("", {{"VILLA_HOUSE_DOORS", "ten"}}),
            "VILLA_HOUSE_DOORS: house.doors: a whole number from 1 to 9 is wanted, not 'ten'");
  EXPECT_EQ(refusal("", {{"VILLA_HOUSE_OPEN", "yes"}}),
            "VILLA_HOUSE_OPEN: house.open: true or false is wanted, not 'yes'");
  EXPECT_EQ(refusal("[lamps.a-b]\nsocket='a'\n[lamps.a_b]\nsocket='a'", {{"VILLA_LAMPS_A_B_WATTS", "3"}}),
            "VILLA_LAMPS_A_B_WATTS: could be any of lamps.a-b.watts, lamps.a_b.watts: set it in the file");
  const auto loaded = load("", {{"VILLA_HOUSE_DOOR", "3"}, {"VILLA_LAMPS_HALL_WATTS", "3"}});
  EXPECT_EQ(loaded.error, "");
  EXPECT_THAT(loaded.warnings, ElementsAre("the variable 'VILLA_HOUSE_DOOR' fits no setting",
                                           "the variable 'VILLA_LAMPS_HALL_WATTS' fits no setting"));
}

TEST(Settings, a_required_setting_may_come_from_a_variable) {
  EXPECT_EQ(refusal("[lamps.hall]"), "villa.toml:1: lamps.hall.socket: is missing");
  EXPECT_EQ(refusal("[lamps.hall]", {{"VILLA_LAMPS_HALL_SOCKET", "a"}}), "");
}

TEST(Settings, read_secrets_from_files_and_variables_and_never_from_the_file_itself) {
  const Folder folder;
  folder.file("key", "one two\n");
  folder.file("windows", "key\r\n");
  folder.file("lines", "a\nb\n\n");
  folder.file("empty", "\n");
  folder.file("open", "key", 0644);
  const auto key = [&](const std::string& value, const Environment& environment = {}) {
    return load("house.key = " + value, environment, folder.path());
  };
  EXPECT_EQ(key("{ file = 'key' }").house.key.reveal(), "one two");
  EXPECT_EQ(key("{ file = '" + folder.path() + "/key' }").house.key.reveal(), "one two");
  EXPECT_EQ(key("{ file = 'windows' }").house.key.reveal(), "key");
  EXPECT_EQ(key("{ file = 'lines' }").house.key.reveal(), "a\nb\n");
  EXPECT_EQ(key("{ env = 'KEY' }", {{"KEY", "from env"}}).house.key.reveal(), "from env");

  EXPECT_THAT(key("{ file = 'none' }").error, HasSubstr("No such file"));
  EXPECT_THAT(key("{ file = '.' }").error, HasSubstr("not a regular file"));
  EXPECT_THAT(key("{ file = 'empty' }").error, HasSubstr("is empty"));
  EXPECT_EQ(key("{ env = 'KEY' }").error, "villa.toml:1: house.key: the variable 'KEY' is not set");
  EXPECT_EQ(key("{ env = 'KEY' }", {{"KEY", ""}}).error,
            "villa.toml:1: house.key: the variable 'KEY' is empty");

  const auto warned = key("{ file = 'open' }");
  EXPECT_EQ(warned.error, "");
  EXPECT_THAT(warned.warnings, ElementsAre("house.key: every user of this machine can read the file '" +
                                           folder.path() + "/open'"));

  for (const auto* inline_secret :
       {"'hunter2'", "2222", "['hunter2']", "{ value = 'hunter2' }", "{ env = 'KEY', file = 'hunter2' }",
        "{ env = ['hunter2'] }", "{ }", "true"}) {
    const auto refused = key(inline_secret).error;
    EXPECT_THAT(refused, HasSubstr("{ env = \"NAME\" } or { file = \"path\" }")) << inline_secret;
    EXPECT_THAT(refused, Not(HasSubstr("hunter2"))) << inline_secret;
    EXPECT_THAT(refused, Not(HasSubstr("2222"))) << inline_secret;
  }
  folder.file("long", std::string(65 * 1024, 'a'));
  EXPECT_THAT(key("{ file = 'long' }").error, HasSubstr("more than 65536 bytes"));
}

TEST(Settings, document_themselves) {
  EXPECT_EQ(table().document(),
            R"(
## [house]
The house.

| key | value | default | reload | what |
| --- | --- | --- | --- | --- |
| `open` | true or false | `true` | yes | Whether one may come in. |
| `doors` | 1 to 9 | `2` |  | How many doors. |
| `cellar` | a size from 1KiB to 1MiB | `"64KiB"` |  | How much wine. |
| `ring` | a duration from 1ms to 1d | `"250ms"` |  | How long the bell rings. |
| `rest_seconds` | 0 to 60 | `30` |  | Until it may again. |
| `name` | a text that is not empty | `"home"` |  | Its name. |
| `plan` | a file |  |  | Where the plan is. |
| `colour` | "red", "green" | `"green"` |  | Its colour. |
| `cats` | a list of up to 3 texts | `[]` |  | Who lives here. |
| `key` | a secret |  |  | What opens the door. |
| `safes` | a table of up to 2 texts or secrets |  |  | What opens the safes. |
| `age` | 0 to 900 |  |  | How old it is. |

## [lamps.NAME]
Its lamps.

| key | value | default | reload | what |
| --- | --- | --- | --- | --- |
| `watts` | 1 to 100 | `40` |  | How bright. |
| `socket` | a text | required | yes | Where it hangs. |
)");
}

TEST(Settings, name_what_differs_and_needs_a_restart) {
  House one;
  House other;
  other.open = false;
  EXPECT_THAT(table().differing(one, other), ElementsAre());
  other.doors = 5;
  other.lamps["hall"].watts = 3;
  other.lamps["hall"].socket = "b";
  EXPECT_THAT(table().differing(one, other), ElementsAre("house.doors", "lamps.hall.watts"));
}

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

TEST(Secret, shows_itself_to_nobody) {
  const Secret secret("hunter2");
  EXPECT_THAT(::testing::PrintToString(secret), Not(HasSubstr("hunter2")));
  Secret moved(secret);
  const Secret taken(std::move(moved));
  EXPECT_EQ(taken.reveal(), "hunter2");
  EXPECT_TRUE(moved.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the point
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!Streamable<Secret>);
}

}  // namespace
}  // namespace parley::base
