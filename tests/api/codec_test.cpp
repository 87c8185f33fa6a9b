#include "api/codec.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "api/messages_in.h"
#include "api/messages_out.h"
#include "api/stream.h"
#include "api/typescript.h"

namespace incident::api {
namespace {

Result<in::Frame> frame(std::string_view text) {
  const Result<Json> json = parse_json(text);
  if (!json) return json.error();
  return decode_frame<in::Frame>(*json);
}

std::string problem(std::string_view text) {
  const auto result = frame(text);
  if (result.has_value()) return "decoded";
  return result.error().at + " " + result.error().message;
}

TEST(Codec, AFrameBecomesTheMessageItsTypeNames) {
  const auto result =
      frame(R"({"type":"act","id":7,"action":{"kind":"set_config","target":"a.b","value":2.5}})");
  ASSERT_TRUE(result.has_value()) << result.error().message;
  const auto* act = std::get_if<in::Act>(&*result);
  ASSERT_NE(act, nullptr);
  EXPECT_EQ(act->id, 7);
  EXPECT_EQ(act->action.target, "a.b");
  EXPECT_EQ(act->action.value, 2.5);
}

TEST(Codec, ErrorsNameTheField) {
  EXPECT_EQ(problem(R"({"type":"chat","id":1})"), "text is missing");
  EXPECT_EQ(problem(R"({"type":"chat","id":"x","text":""})"), "id must be a whole number");
  EXPECT_EQ(problem(R"({"type":"chat","id":1,"text":"","txet":1})"), "txet is not a field of chat");
  EXPECT_EQ(problem(R"({"type":"act","id":1,"action":{"kind":"x","target":"y","value":"z"}})"),
            "action.value must be a number");
  EXPECT_EQ(problem(R"({"type":"act","id":1,"action":{"kind":"x","target":"y","value":1,"w":2}})"),
            "action.w is not a field of action_request");
  EXPECT_EQ(problem(R"({"type":"snapshot"})"), "type is not a message that a client can send");
  EXPECT_EQ(problem(R"([])"), " a frame must be an object with `type`");
  EXPECT_EQ(problem(R"({"type":)"), "byte 9 this is not JSON: expected a complete value");
  EXPECT_EQ(problem(R"({"type":"chat","id":18446744073709551615,"text":""})"), "id is too large");
}

TEST(Codec, DepthAndSizeAreLimited) {
  EXPECT_EQ(problem(std::string(100'000, '[')), " a message may have at most 65536 bytes");
  EXPECT_EQ(problem(std::string(1000, '[')), "byte 8 JSON may be nested at most 8 deep");
  EXPECT_EQ(problem(R"({"type":"chat","id":1,"text":"[[[[[[[[[[[[[[["})"), "decoded");
}

TEST(Codec, TextThatIsNotUtf8IsReplaced) {
  out::Error message;
  message.message = "bad \xff byte";
  EXPECT_EQ(encode_frame(message),
            "{\"at\":\"\",\"code\":\"\",\"message\":\"bad \xEF\xBF\xBD byte\",\"type\":\"error\"}");
}

TEST(Typescript, TheClientsFileIsWhatTheCatalogueSays) {
  std::ifstream file(INCIDENT_SOURCE_DIR "/web/src/lib/messages.ts");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), typescript()) << "run: ./dev incident typescript > web/src/lib/messages.ts";
}

TEST(Stream, AClientThatComesBackGetsTheRestOrASnapshot) {
  Stream stream("e1");
  for (int i = 0; i < 10; ++i) stream.push(out::Tick{});
  const auto rest = stream.after("e1", 7);
  ASSERT_TRUE(rest.has_value());
  EXPECT_EQ(rest->size(), 3U);
  EXPECT_TRUE(stream.after("e1", 10)->empty());
  EXPECT_FALSE(stream.after("e2", 7).has_value());
  EXPECT_FALSE(stream.after("e1", 11).has_value()) << "a number from the future";
  for (std::size_t i = 0; i < kStreamFramesMax; ++i) stream.push(out::Tick{});
  EXPECT_FALSE(stream.after("e1", 7).has_value()) << "no longer kept";
}

}  // namespace
}  // namespace incident::api
