// A pattern that many texts are held against, such as all log lines of an hour. Before RE2 looks at a text,
// the words that any match must contain are looked for (re2/filtered_re2.h finds out which); most texts lack
// them, and that is cheaper to see. The answer is always RE2's. Shared by const reference between threads.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace incident::telemetry {

class TextPattern {
 public:
  TextPattern(const std::string& pattern, const re2::RE2::Options& options);
  TextPattern(const TextPattern&) = delete;
  TextPattern& operator=(const TextPattern&) = delete;

  bool ok() const { return pattern_.ok(); }
  const std::string& error() const { return pattern_.error(); }
  const re2::RE2& re2() const { return pattern_; }
  // Whether any part of the text matches. Only when ok().
  bool in(std::string_view text) const {
    return may_be_in(text) && re2::RE2::PartialMatch({text.data(), text.size()}, pattern_);
  }
  // False: the text lacks words that every match has.
  bool may_be_in(std::string_view text) const;

 private:
  // Lower case, looked for in either case by its rarest letter.
  struct Word {
    std::string text;
    std::size_t rarest = 0;
    char lower = 0, upper = 0;
    bool in(std::string_view text) const;
    bool at(std::string_view text, std::size_t place) const;
  };
  void find_words(const std::string& pattern, const re2::RE2::Options& options);

  re2::RE2 pattern_;
  std::vector<Word> words_;
  std::vector<bool> enough_;  // for each set of words, by bits: whether a text with just these may match
};

}  // namespace incident::telemetry
