// A real SQLite store in a folder of its own, gone after the test.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <string>

#include "base/log.h"
#include "store/sqlite/sqlite_store.h"

namespace incident::store {

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    log::set_level(log::Level::kError);
    std::string name = (std::filesystem::temp_directory_path() / "incident_store_XXXXXX").string();
    folder = ::mkdtemp(name.data());
    data_dir = folder / "data";
  }
  ~StoreTest() override {
    store.reset();
    std::filesystem::remove_all(folder);
  }

  void open() {
    store.reset();
    auto opened = open_sqlite_store(data_dir);
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
  }
  // Runs one write and waits for its end: wait([&](Done done) { store->append(..., done); }).
  template <class Write>
  static Result<void> wait(Write write) {
    std::promise<Result<void>> promise;
    write([&](Result<void> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }
  static std::string code_of(const Result<void>& result) {
    return result ? "ok" : to_string(result.error().code);
  }

  Result<void> add_player(const std::string& id) {
    return wait([&](Done done) { store->create_player({id, "handle of " + id, "token of " + id, 1}, done); });
  }
  MatchRow match_row(const std::string& id, const std::string& code, std::int64_t created_ms = 1) {
    MatchRow match;
    match.id = id;
    match.code = code;
    match.incident = "pool";
    match.incident_version = "v1";
    match.mode = "race";
    match.seed = 0xffff'ffff'ffff'fff1;
    match.time_scale = 4;
    match.host = "p1";
    match.ranked = true;
    match.options_json = R"({"a":1})";
    match.created_ms = created_ms;
    return match;
  }
  Result<void> add_match(const MatchRow& match) {
    return wait([&](Done done) { store->create_match(match, done); });
  }
  Result<void> append(const std::string& match, std::int64_t number) {
    return wait([&](Done done) { store->append(match, {number, number * 1000, "p1", R"({"n":1})"}, done); });
  }

  std::filesystem::path folder, data_dir;
  std::unique_ptr<Store> store;
};

}  // namespace incident::store
