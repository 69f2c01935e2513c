# SPDX-License-Identifier: MIT
# The packages that cpack makes of what is installed: cpack -G TGZ, cpack -G DEB
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
# Whatever the umask is.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcjson-dev (>= 1.7.13)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "pkg-config")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_NUCLEUS_COPYRIGHT "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_NUCLEUS_CHANGELOG "${CMAKE_CURRENT_LIST_DIR}/changelog")
set(CPACK_NUCLEUS_STRIP "${CMAKE_STRIP}")
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/package-deb.cmake")
include(CPack)
