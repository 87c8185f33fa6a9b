// Reads the JSON of a log line in one pass, without building it: the caller asks for members and values in
// turn, and passes by what it does not want. Lenient as Loki is: what stands after the object is not looked
// at.
#pragma once

#include <string>
#include <string_view>

namespace incident::logql {

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  enum class Kind { kObject, kArray, kString, kNumber, kBool, kNull, kNone };
  Kind kind();  // of the value that is next

  // Whether the value that is next is an object (array), which is then open.
  bool open_object();
  bool open_array();
  // The next member's key, whose value is next then; false at the object's end, or when the text is broken.
  bool next_member(std::string& key);
  // Whether there is one more element, which is next then.
  bool next_element();
  // The next value, passed by: strings without quotes and escapes, all others as they are written.
  bool scalar(std::string& out);
  bool skip(std::string_view* raw = nullptr);

  bool broken() const { return broken_; }
  std::size_t position() const { return pos_; }

 private:
  void space();
  bool take(char c);
  bool fail();
  bool string(std::string& out);
  bool skip_string();
  bool skip(int depth);
  bool unicode(std::string& out);
  bool hex4(unsigned& code);

  std::string_view text_;
  std::size_t pos_ = 0;
  bool broken_ = false;
  bool first_ = false;  // nothing of the container that is open was read yet
};

inline constexpr std::string_view kNoJsonObject =
    "Value looks like object, but can't find closing '}' symbol";

}  // namespace incident::logql
