# SPDX-License-Identifier: MIT
# cJSON as a target of the project that uses the library: the header in CJSON_DIR, as in cJSON's
# source, and the library CJSON_FILE.
add_library(their-cjson UNKNOWN IMPORTED)
set_target_properties(their-cjson PROPERTIES
  IMPORTED_LOCATION "${CJSON_FILE}" INTERFACE_INCLUDE_DIRECTORIES "${CJSON_DIR}")
set(NUCLEUS_CJSON_TARGET their-cjson)
