# SPDX-License-Identifier: MIT
# What is installed, how others find it, and the packages that cpack makes of it.
include(CMakePackageConfigHelpers)

install(TARGETS nucleus-checkpoint EXPORT nucleus-checkpoint-targets)
install(TARGETS ckmeta)
install(FILES "${PROJECT_SOURCE_DIR}/include/nucleus/checkpoint.h"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/nucleus")
install(FILES "${PROJECT_SOURCE_DIR}/tools/man/ckmeta.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES "${PROJECT_SOURCE_DIR}/tools/man/nucleus-checkpoint.3"
        DESTINATION "${CMAKE_INSTALL_MANDIR}/man3")
install(FILES "${PROJECT_SOURCE_DIR}/tools/completion/ckmeta.bash" RENAME ckmeta
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")

# find_package(nucleus-checkpoint CONFIG)
set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/nucleus-checkpoint")
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/nucleus-checkpoint-config.cmake.in"
  "${PROJECT_BINARY_DIR}/nucleus-checkpoint-config.cmake"
  INSTALL_DESTINATION "${config_dir}"
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/nucleus-checkpoint-config-version.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/nucleus-checkpoint-config.cmake"
              "${PROJECT_BINARY_DIR}/nucleus-checkpoint-config-version.cmake"
        DESTINATION "${config_dir}")
install(EXPORT nucleus-checkpoint-targets NAMESPACE nucleus:: DESTINATION "${config_dir}")

# pkg-config nucleus-checkpoint. The prefix is found from where the .pc file stands, so that it may
# be moved; directories that were asked for as absolute ones stay what they are.
set(pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
if(IS_ABSOLUTE "${pc_dir}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH pc_prefix "/${pc_dir}" "/")
  string(REGEX REPLACE "(.*)/$" "\${pcfiledir}/\\1" pc_prefix "${pc_prefix}")
endif()
foreach(kind IN ITEMS LIBDIR INCLUDEDIR)
  set(pc_${kind} "${CMAKE_INSTALL_${kind}}")
  if(NOT IS_ABSOLUTE "${pc_${kind}}")
    string(PREPEND pc_${kind} "\${prefix}/")
  endif()
endforeach()
configure_file("${CMAKE_CURRENT_LIST_DIR}/nucleus-checkpoint.pc.in"
               "${PROJECT_BINARY_DIR}/nucleus-checkpoint.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/nucleus-checkpoint.pc" DESTINATION "${pc_dir}")

# cpack -G TGZ, cpack -G DEB
set(CPACK_PACKAGE_VENDOR "The libnucleus-checkpoint authors")
set(CPACK_PACKAGE_CONTACT "${CPACK_PACKAGE_VENDOR} <authors@nucleus-checkpoint.invalid>"
    CACHE STRING "Maintainer of the .deb, NAME <ADDRESS>")
set(CPACK_PACKAGE_DESCRIPTION
    "libnucleus-checkpoint, a static C library, reads and writes the metadata.json
that the nucleus container runtime keeps beside the CRIU images of a
checkpoint: strictly on the way in, atomically and durably on the way out.
.
ckmeta does the same from scripts.")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcjson-dev (>= 1.7.13)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "pkg-config")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_NUCLEUS_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_NUCLEUS_STRIP "${CMAKE_STRIP}")
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/package-deb.cmake")
include(CPack)
