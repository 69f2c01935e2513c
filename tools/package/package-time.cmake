# SPDX-License-Identifier: MIT
# Run by cpack at its start: the time that packages give to their files is that of the newest entry in the
# changelog, so that two builds of a version make the same packages.
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
