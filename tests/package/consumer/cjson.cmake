# SPDX-License-Identifier: MIT
# cJSON as a target of the project that uses the library: CJSON_DIR contains cJSON.h, as the source of
# cJSON does, and CJSON_FILE is the library.
add_library(their-cjson UNKNOWN IMPORTED)
set_target_properties(their-cjson PROPERTIES
  IMPORTED_LOCATION "${CJSON_FILE}" INTERFACE_INCLUDE_DIRECTORIES "${CJSON_DIR}")
set(NUCLEUS_CJSON_TARGET their-cjson)
