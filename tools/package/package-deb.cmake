# SPDX-License-Identifier: MIT
# Run by cpack between installing and packing: what Debian's policy asks for besides the files that
# an installation has.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()

set(root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}")
set(doc "${root}/share/doc/${CPACK_PACKAGE_NAME}")

file(MAKE_DIRECTORY "${doc}")
configure_file("${CPACK_NUCLEUS_COPYRIGHT}" "${doc}/copyright" COPYONLY NO_SOURCE_PERMISSIONS)
configure_file("${CPACK_NUCLEUS_CHANGELOG}" "${doc}/changelog" COPYONLY NO_SOURCE_PERMISSIONS)

file(GLOB pages "${root}/share/man/man*/*.[0-9]")
execute_process(COMMAND gzip -9n "${doc}/changelog" ${pages} COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE archives "${root}/lib/*.a")
execute_process(COMMAND "${CPACK_NUCLEUS_STRIP}" --strip-debug --remove-section=.comment
                        --enable-deterministic-archives ${archives}
                COMMAND_ERROR_IS_FATAL ANY)
