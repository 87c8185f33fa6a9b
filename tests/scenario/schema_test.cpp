// The published schemas are what the loader's tables say, and the files of the library keep to them as far as
// their fields go. To write the schemas anew: INCIDENT_SCHEMA_WRITE=1.
#include "scenario/schema.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "library_files.h"

namespace incident::scenario::testing {
namespace {

void compare(const std::string& name, const std::string& made) {
  const auto path = scenarios_folder() / "schema" / (name + ".schema.json");
  if (std::getenv("INCIDENT_SCHEMA_WRITE") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << made;
  }
  std::stringstream published;
  published << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(published.str(), made) << "INCIDENT_SCHEMA_WRITE=1 writes " << path << " anew";
}

TEST(Schema, PublishedSystemSchemaIsTheLoadersOwn) {
  compare("system", json_schema_system());
}

TEST(Schema, PublishedIncidentSchemaIsTheLoadersOwn) {
  compare("incident", json_schema_incident());
}

TEST(Schema, EveryReferenceLeadsSomewhere) {
  for (const std::string& text : {json_schema_system(), json_schema_incident()}) {
    const auto schema = nlohmann::json::parse(text);
    const std::string mark = "\"#/$defs/";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
      const auto begin = at + mark.size();
      const std::string name = text.substr(begin, text.find('"', begin) - begin);
      EXPECT_TRUE(schema["$defs"].contains(name)) << name;
    }
  }
}

TEST(Library, LoadsWhole) {
  const auto library = load_library(scenarios_folder());
  ASSERT_TRUE(library) << library.error().at << ": " << library.error().message;
  EXPECT_EQ(library->incidents().size(), incident_names().size());
  for (const auto& incident : library->incidents()) {
    EXPECT_EQ(library->find(incident->id), incident);
    EXPECT_EQ(incident->content_hash.size(), 16u);
  }
}

}  // namespace
}  // namespace incident::scenario::testing
