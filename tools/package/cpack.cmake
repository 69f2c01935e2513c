# SPDX-License-Identifier: MIT
# Configures cpack. cpack -G TGZ creates one package of all installed files; cpack -G DEB and cpack -G RPM
# create one for each component, and require a build that was configured with the prefix /usr.
set(CPACK_PACKAGE_VENDOR "The libnucleus-checkpoint authors")
set(CPACK_PACKAGE_CONTACT "${CPACK_PACKAGE_VENDOR} <authors@nucleus-checkpoint.invalid>"
    CACHE STRING "Maintainer of the .deb, NAME <ADDRESS>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
    "The command ckmeta reads and writes the metadata.json that the nucleus
container runtime keeps beside the CRIU images of a checkpoint: strictly on
the way in, atomically and durably on the way out.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "libnucleus-checkpoint, a static C library, reads and writes the metadata.json
that the nucleus container runtime keeps beside the CRIU images of a
checkpoint: strictly on the way in, atomically and durably on the way out.
This package contains the library, its header and its manual pages.")
set(CPACK_STRIP_FILES ON)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SOURCE nucleus-checkpoint)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME ckmeta)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libnucleus-checkpoint-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libcjson-dev (>= 1.7.13)")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "pkgconf | pkg-config")
foreach(component IN ITEMS RUNTIME DEVELOPMENT) # versions before 0.3 had only one package
  set(CPACK_DEBIAN_${component}_PACKAGE_BREAKS "nucleus-checkpoint (<< 0.3)")
  set(CPACK_DEBIAN_${component}_PACKAGE_REPLACES "nucleus-checkpoint (<< 0.3)")
endforeach()

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RPM_RUNTIME_PACKAGE_NAME ckmeta)
set(CPACK_RPM_DEVELOPMENT_PACKAGE_NAME nucleus-checkpoint-devel)
set(CPACK_RPM_DEVELOPMENT_PACKAGE_REQUIRES "cjson-devel >= 1.7.13, pkgconfig")

set(CPACK_NUCLEUS_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_NUCLEUS_CHANGELOG "${CMAKE_CURRENT_LIST_DIR}/changelog")
set(CPACK_NUCLEUS_STRIP "${CMAKE_STRIP}")
set(CPACK_NUCLEUS_AR "${CMAKE_AR}")
set(CPACK_NUCLEUS_PREFIX "${CMAKE_INSTALL_PREFIX}")
set(CPACK_PROJECT_CONFIG_FILE "${CMAKE_CURRENT_LIST_DIR}/package-time.cmake")
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/package-files.cmake")
set(CPACK_POST_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/package-modes.cmake")
include(CPack)
