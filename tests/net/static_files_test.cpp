#include "net/static_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace incident::net {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() : root_(fs::temp_directory_path() / ("static_files_" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
    put("web/index.html", "<!doctype html>" + std::string(2000, ' '));
    put("web/assets/app.3f2a.js", "let x = 1;" + std::string(2000, ' '));
    put("web/assets/font.woff2", "wOF2");
    put("web/.secret", "no");
    put("outside/passwd", "root");
  }
  ~StaticFilesTest() override { fs::remove_all(root_); }
  void put(const std::string& name, const std::string& text) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  static Request ask(const std::string& path, NameValues headers = {}, Method method = Method::kGet) {
    Request request;
    request.path = path;
    request.method = method;
    request.headers = std::move(headers);
    return request;
  }
  static std::string field(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }

  fs::path root_;
};

TEST_F(StaticFilesTest, TypesCachingAndFallback) {
  const auto files = StaticFiles::load(root_ / "web");
  ASSERT_TRUE(files);
  const auto script = files->serve(ask("/assets/app.3f2a.js"));
  ASSERT_TRUE(script);
  EXPECT_EQ(script->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(field(*script, "Cache-Control"), "public, max-age=31536000, immutable");
  const auto page = files->serve(ask("/match/abc"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(field(*page, "Cache-Control"), "no-cache");
  EXPECT_EQ(files->serve(ask("/"))->body_view(), page->body_view());
  // A missing file is not a page: a browser must not get HTML for a script.
  EXPECT_FALSE(files->serve(ask("/assets/app.old.js")));
  EXPECT_FALSE(files->serve(ask("/assets/nothing")));
  EXPECT_FALSE(files->serve(ask("/.secret")));
  EXPECT_EQ(files->serve(ask("/", {}, Method::kPost))->status, 405);
}

TEST_F(StaticFilesTest, ETagAndGzip) {
  const auto files = StaticFiles::load(root_ / "web");
  ASSERT_TRUE(files);
  const auto plain = files->serve(ask("/"));
  const std::string etag = field(*plain, "ETag");
  EXPECT_EQ(files->serve(ask("/", {{"if-none-match", "\"other\", " + etag}}))->status, 304);
  EXPECT_EQ(files->serve(ask("/", {{"if-none-match", etag.substr(2)}}))->status, 304);
  EXPECT_EQ(files->serve(ask("/", {{"if-none-match", "\"other\""}}))->status, 200);
  const auto packed = files->serve(ask("/", {{"accept-encoding", "gzip"}}));
  EXPECT_EQ(field(*packed, "Content-Encoding"), "gzip");
  EXPECT_LT(packed->body_view().size(), plain->body_view().size());
  const auto font = files->serve(ask("/assets/font.woff2", {{"accept-encoding", "gzip"}}));
  EXPECT_EQ(field(*font, "Content-Encoding"), "");
}

TEST_F(StaticFilesTest, LinksDoNotLeadOutside) {
  fs::create_symlink(root_ / "outside/passwd", root_ / "web/passwd.txt");
  const auto files = StaticFiles::load(root_ / "web");
  ASSERT_TRUE(files);
  EXPECT_FALSE(files->serve(ask("/passwd.txt")));
  EXPECT_FALSE(StaticFiles::load(root_ / "no such folder"));
}

}  // namespace
}  // namespace incident::net
