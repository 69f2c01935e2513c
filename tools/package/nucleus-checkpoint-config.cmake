# SPDX-License-Identifier: MIT
# A program that links the archive also links cJSON: the target NUCLEUS_CJSON_TARGET or, if that is
# not set, the library that pkg-config finds.
if(NOT TARGET nucleus::cjson)
  if(NUCLEUS_CJSON_TARGET AND NOT TARGET "${NUCLEUS_CJSON_TARGET}")
    set(${CMAKE_FIND_PACKAGE_NAME}_FOUND FALSE)
    set(${CMAKE_FIND_PACKAGE_NAME}_NOT_FOUND_MESSAGE
        "NUCLEUS_CJSON_TARGET: there is no target '${NUCLEUS_CJSON_TARGET}'")
    return()
  endif()
  if(NOT NUCLEUS_CJSON_TARGET)
    include(CMakeFindDependencyMacro)
    find_dependency(PkgConfig)
    pkg_check_modules(NUCLEUS_CJSON QUIET IMPORTED_TARGET libcjson>=1.7.13)
    if(NOT NUCLEUS_CJSON_FOUND)
      set(${CMAKE_FIND_PACKAGE_NAME}_FOUND FALSE)
      set(${CMAKE_FIND_PACKAGE_NAME}_NOT_FOUND_MESSAGE
          "nucleus-checkpoint needs cJSON: pkg-config finds no libcjson >= 1.7.13")
      return()
    endif()
  endif()

  add_library(nucleus::cjson INTERFACE IMPORTED)
  if(NUCLEUS_CJSON_TARGET)
    set_property(TARGET nucleus::cjson PROPERTY
                 INTERFACE_LINK_LIBRARIES "${NUCLEUS_CJSON_TARGET}")
  else()
    set_property(TARGET nucleus::cjson PROPERTY
                 INTERFACE_LINK_LIBRARIES PkgConfig::NUCLEUS_CJSON)
  endif()
endif()

include("${CMAKE_CURRENT_LIST_DIR}/nucleus-checkpoint-targets.cmake")
