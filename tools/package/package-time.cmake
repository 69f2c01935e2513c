# SPDX-License-Identifier: MIT
# Run by cpack at its start. Packed files get the time of the newest entry in the changelog, so that all
# builds of a version create identical packages.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  file(STRINGS "${CPACK_NUCLEUS_CHANGELOG}" signatures REGEX "^ -- .*  ")
  list(GET signatures 0 signature)
  string(REGEX REPLACE "^ -- .*  " "" date "${signature}")
  execute_process(COMMAND date -u -d "${date}" +%s OUTPUT_VARIABLE epoch
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(epoch)
    set(ENV{SOURCE_DATE_EPOCH} "${epoch}")
  endif()
endif()
