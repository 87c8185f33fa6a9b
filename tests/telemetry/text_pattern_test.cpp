#include "telemetry/text_pattern.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "telemetry/text_format.h"

namespace incident::telemetry {
namespace {

re2::RE2::Options options(bool literal, bool case_sensitive) {
  re2::RE2::Options out(re2::RE2::Quiet);
  out.set_literal(literal);
  out.set_case_sensitive(case_sensitive);
  return out;
}

TEST(TextPattern, AnswersAsRe2DoesForAnyText) {
  const std::vector<std::string> patterns = {"time(out|d out).*inventory",
                                             "abc",
                                             "(?i)ABC|xyz",
                                             "a.c|bca",
                                             "^abc",
                                             "abc$",
                                             "[a-c]{3}",
                                             "(abc)?",
                                             "abc.*cba.*bac",
                                             "abca|abcb|abcc|bcaa|bcab|bcac|caba|cabb|cabc",
                                             "\\x{212A}elvin",
                                             "(?i)kelvin",
                                             "(?s)a.b",
                                             "",
                                             "a\\+b",
                                             "stra\u00DFe"};
  const std::vector<std::string> texts = {"request timed out calling inventory",
                                          "TIMEOUT at INVENTORY",
                                          "timeout at inventory",
                                          "inventory timeout",
                                          "\xE2\x84\xAA"
                                          "elvin",
                                          "kelvin",
                                          "KELVIN",
                                          "ABC",
                                          "xYz",
                                          "a+b",
                                          "",
                                          "STRASSE stra\u00DFe",
                                          std::string("a\0b", 3),
                                          "\xFF\xFE abc"};
  Random random(1);
  std::vector<std::string> all = texts;
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (std::uint64_t n = random.below(24); n > 0; --n) text += "abcABC x"[random.below(8)];
    all.push_back(text);
  }
  for (const std::string& source : patterns) {
    for (const bool literal : {false, true}) {
      for (const bool case_sensitive : {false, true}) {
        const TextPattern pattern(source, options(literal, case_sensitive));
        const re2::RE2 plain(source, options(literal, case_sensitive));
        ASSERT_TRUE(pattern.ok());
        for (const std::string& text : all)
          EXPECT_EQ(pattern.in(text), re2::RE2::PartialMatch(text, plain)) << source << " in " << text;
      }
    }
  }
}

TEST(TextPattern, PassesByTextsThatLackAWord) {
  const TextPattern pattern("time(out|d out).*inventory", options(false, true));
  EXPECT_TRUE(pattern.may_be_in("inventory timed out"));
  EXPECT_TRUE(pattern.may_be_in("timeout: inventory"));
  EXPECT_FALSE(pattern.may_be_in("timeout: catalog"));
  EXPECT_FALSE(pattern.may_be_in("inventory answered"));
}

TEST(TextPattern, SaysWhatIsWrong) {
  const TextPattern pattern("a(b", options(false, true));
  EXPECT_FALSE(pattern.ok());
  EXPECT_NE(pattern.error(), "");
}

TEST(TextFormat, WritesNumbersAsPrintfDoes) {
  Random random(2);
  const auto printed = [](const char* format, auto... values) {
    std::array<char, 64> text;
    return std::string(text.data(),
                       static_cast<std::size_t>(std::snprintf(text.data(), text.size(), format, values...)));
  };
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t wide = random.next() >> random.below(64);
    const auto us = i < 100'000 ? static_cast<std::uint32_t>(i) : static_cast<std::uint32_t>(wide);
    std::string tenths, exact, seconds, hex, decimal;
    append_fixed(tenths, us, 1, 100);
    append_fixed(exact, us, 3, 1);
    append_fixed(seconds, us, 3, 1000);
    append_hex(hex, wide);
    append_number(decimal, wide);
    ASSERT_EQ(tenths, printed("%.1f", us / 1000.0));
    ASSERT_EQ(exact, printed("%.3f", us / 1000.0));
    ASSERT_EQ(seconds, printed("%.3f", us / 1e6));
    ASSERT_EQ(hex, printed("%016llx", static_cast<unsigned long long>(wide)));
    ASSERT_EQ(decimal, std::to_string(wide));
  }
}

}  // namespace
}  // namespace incident::telemetry
