#include "store/sqlite/migrations.h"

#include "fixture.h"

namespace incident::store {
namespace {

using testing::HasSubstr;

class MigrationsTest : public StoreTest {
 protected:
  MigrationsTest() {
    auto opened = Database::open(folder / "test.db", Database::Mode::kReadWrite);
    EXPECT_TRUE(opened);
    database = std::move(*opened);
  }
  std::int64_t count(std::string_view sql) {
    Query query = database->query(sql);
    return query.step() ? query.integer(0) : -1;
  }
  std::unique_ptr<Database> database;
};

constexpr Migration kFirst{1, "001_a.sql", "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);"};
constexpr Migration kSecond{2, "002_b.sql",
                            "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO b SELECT x FROM a;"};

TEST_F(MigrationsTest, AreAppliedOnceAndInOrder) {
  const std::array first{kFirst};
  const std::array both{kFirst, kSecond};
  ASSERT_TRUE(migrate(*database, first));
  ASSERT_TRUE(migrate(*database, both));
  ASSERT_TRUE(migrate(*database, both));
  EXPECT_EQ(count("SELECT count(*) FROM a"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM b"), 1);
  EXPECT_EQ(count("SELECT max(version) FROM schema_migrations"), 2);
}

TEST_F(MigrationsTest, ABrokenOneLeavesNothingBehind) {
  const std::array broken{kFirst, Migration{2, "002_b.sql", "CREATE TABLE b (x INTEGER) STRICT; NONSENSE;"}};
  const auto result = migrate(*database, broken);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().at, "002_b.sql");
  EXPECT_EQ(count("SELECT count(*) FROM sqlite_schema"), 0);
}

TEST_F(MigrationsTest, ANewerDatabaseIsRefused) {
  const std::array first{kFirst};
  const std::array both{kFirst, kSecond};
  ASSERT_TRUE(migrate(*database, both));
  const auto result = migrate(*database, first);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("newer program"));
}

TEST_F(MigrationsTest, AnEditedOneIsRefused) {
  const std::array first{kFirst};
  ASSERT_TRUE(migrate(*database, first));
  const std::array edited{Migration{1, "001_a.sql", "CREATE TABLE a (y INTEGER) STRICT;"}};
  const auto result = migrate(*database, edited);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("001_a.sql"));
}

TEST_F(MigrationsTest, TheEmbeddedOnesAreNumberedWithoutAHole) {
  int expected = 0;
  for (const Migration& migration : embedded_migrations()) EXPECT_EQ(migration.version, ++expected);
  EXPECT_GE(expected, 1);
}

TEST_F(MigrationsTest, BoardsAndOpenMatchesComeFromAnIndex) {
  ASSERT_TRUE(migrate(*database));
  const auto plan = [&](const std::string& sql) {
    Query query = database->query("EXPLAIN QUERY PLAN " + sql);
    std::string out;
    while (query.step()) out += query.text(3) + "; ";
    return out;
  };
  const std::string board = plan(
      "SELECT match FROM board WHERE incident = 'x' ORDER BY score DESC, harm, changes, ended_ms, match, "
      "team LIMIT 9");
  EXPECT_THAT(board, HasSubstr("board_order"));
  EXPECT_THAT(board, testing::Not(HasSubstr("TEMP B-TREE")));
  EXPECT_THAT(plan("SELECT id FROM matches WHERE state <> 'ended' ORDER BY created_ms, id"),
              HasSubstr("matches_open"));
}

}  // namespace
}  // namespace incident::store
