#include "telemetry/text_pattern.h"

#include <re2/filtered_re2.h>

#include <algorithm>
#include <cstring>

namespace incident::telemetry {
namespace {

constexpr std::size_t kWordLengthMin = 3;  // shorter ones are everywhere
constexpr std::size_t kWordsMax = 8;       // more, and looking for them costs what RE2 does

// Letters of log lines, the seldom ones first; what is not among them comes before the last few.
std::size_t commonness(char c) {
  constexpr std::string_view kSeldomFirst = "qzjxkvwybgf|pmhdulcnsirotae";
  const std::size_t at = kSeldomFirst.find(c);
  return at == std::string_view::npos ? kSeldomFirst.find('|') : at;
}

char upper_of(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
char lower_of(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_ascii(std::string_view text) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::uint64_t all = 0;
  while (text.size() >= kWord) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), kWord);
    all |= word;
    text.remove_prefix(kWord);
  }
  std::uint64_t rest = 0;
  std::memcpy(&rest, text.data(), text.size());
  return ((all | rest) & 0x8080808080808080U) == 0;
}

}  // namespace

TextPattern::TextPattern(const std::string& pattern, const re2::RE2::Options& options)
    : pattern_(pattern, options) {
  if (pattern_.ok()) find_words(pattern, options);
}

void TextPattern::find_words(const std::string& pattern, const re2::RE2::Options& options) {
  re2::FilteredRE2 filter(static_cast<int>(kWordLengthMin));
  int id = 0;
  if (filter.Add(pattern, options, &id) != re2::RE2::NoError) return;
  std::vector<std::string> words;
  filter.Compile(&words);
  if (words.empty() || words.size() > kWordsMax || !std::all_of(words.begin(), words.end(), is_ascii)) return;
  std::vector<bool> enough(std::size_t{1} << words.size());
  for (std::size_t set = 0; set < enough.size(); ++set) {
    std::vector<int> present, potential;
    for (std::size_t i = 0; i < words.size(); ++i)
      if ((set >> i & 1) != 0) present.push_back(static_cast<int>(i));
    filter.AllPotentials(present, &potential);
    enough[set] = !potential.empty();
  }
  if (enough[0]) return;  // a match needs none of them
  for (std::string& text : words) {
    const auto rarest = std::min_element(text.begin(), text.end(),
                                         [](char a, char b) { return commonness(a) < commonness(b); });
    Word word{{}, static_cast<std::size_t>(rarest - text.begin()), *rarest, upper_of(*rarest)};
    word.text = std::move(text);
    words_.push_back(std::move(word));
  }
  enough_ = std::move(enough);
}

bool TextPattern::Word::at(std::string_view in, std::size_t place) const {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (lower_of(in[place + i]) != text[i]) return false;
  return true;
}

bool TextPattern::Word::in(std::string_view all) const {
  if (all.size() < text.size()) return false;
  // The rarest letter stands in [rarest, end) of the text.
  const char* const end = all.data() + all.size() - (text.size() - 1 - rarest);
  for (const char wanted : {lower, upper}) {
    const char* from = all.data() + rarest;
    while (from < end) {
      const void* found = std::memchr(from, wanted, static_cast<std::size_t>(end - from));
      if (found == nullptr) break;
      const char* letter = static_cast<const char*>(found);
      if (at(all, static_cast<std::size_t>(letter - all.data()) - rarest)) return true;
      from = letter + 1;
    }
    if (lower == upper) break;
  }
  return false;
}

bool TextPattern::may_be_in(std::string_view text) const {
  if (words_.empty()) return true;
  std::size_t present = 0;
  std::size_t open = enough_.size() - 1;  // present, or not looked for yet
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (words_[i].in(text)) {
      present |= std::size_t{1} << i;
      if (enough_[present]) return true;
      continue;
    }
    open &= ~(std::size_t{1} << i);
    // Beyond ASCII letters have other forms that RE2 holds to be the same.
    if (!enough_[open]) return !is_ascii(text);
  }
  return true;
}

}  // namespace incident::telemetry
