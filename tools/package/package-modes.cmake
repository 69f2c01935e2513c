# SPDX-License-Identifier: MIT
# Run by cpack after packing. Repacks each .deb with ar, so that the modes of its members do not depend
# on the umask of cpack.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
foreach(package IN LISTS CPACK_PACKAGE_FILES)
  set(members "${CPACK_TEMPORARY_DIRECTORY}/members")
  file(MAKE_DIRECTORY "${members}")
  execute_process(COMMAND "${CPACK_NUCLEUS_AR}" t "${package}" OUTPUT_VARIABLE names
                  COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" names "${names}")
  execute_process(COMMAND "${CPACK_NUCLEUS_AR}" x "${package}" WORKING_DIRECTORY "${members}"
                  COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE "${package}")
  execute_process(COMMAND "${CPACK_NUCLEUS_AR}" qcSD "${package}" ${names}
                  WORKING_DIRECTORY "${members}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
