# Writes OUT, a C++ file that holds the text of each of FILES (NNN_name.sql), in order of their numbers.
list(SORT FILES)
set(rows "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  if(NOT name MATCHES "^([0-9][0-9][0-9])_[a-z0-9_]+\\.sql$")
    message(FATAL_ERROR "${name}: a migration is named NNN_name.sql")
  endif()
  string(REGEX REPLACE "^0+" "" version ${CMAKE_MATCH_1})
  file(READ ${file} text)
  string(APPEND rows "    Migration{${version}, \"${name}\", R\"sql(${text})sql\"},\n")
endforeach()
file(WRITE ${OUT} "// Made by embed.cmake from migrations/.
#include \"store/sqlite/migrations.h\"

namespace incident::store {

std::span<const Migration> embedded_migrations() {
  static constexpr Migration kAll[] = {
${rows}  };
  return kAll;
}

}  // namespace incident::store
")
