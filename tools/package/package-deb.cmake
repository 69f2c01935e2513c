# SPDX-License-Identifier: MIT
# Run by cpack between installing and packing: what Debian's policy asks for besides the files that
# an installation has.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()

set(root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}")
set(doc "${root}/share/doc/${CPACK_PACKAGE_NAME}")

configure_file("${CPACK_NUCLEUS_LICENSE}" "${doc}/copyright" COPYONLY)
# Of the locale's names for days and months, Debian takes the English ones only.
set(ENV{LC_ALL} C)
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE "${doc}/changelog"
     "${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n"
     "  * Version ${CPACK_PACKAGE_VERSION}.\n\n"
     " -- ${CPACK_PACKAGE_CONTACT}  ${now}\n")

file(GLOB pages "${root}/share/man/man*/*.[0-9]")
execute_process(COMMAND gzip -9n "${doc}/changelog" ${pages} COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE archives "${root}/lib/*.a")
execute_process(COMMAND "${CPACK_NUCLEUS_STRIP}" --strip-debug --remove-section=.comment
                        --enable-deterministic-archives ${archives}
                COMMAND_ERROR_IS_FATAL ANY)
