# SPDX-License-Identifier: MIT
# Run by cpack between installing and packing. Adds the files that the policies of distributions require.

# cpack creates directories with modes that depend on its umask, so they are set here.
set(directory_permissions DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
    GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
file(CHMOD_RECURSE "${CPACK_TEMPORARY_INSTALL_DIRECTORY}" ${directory_permissions})
if(NOT CPACK_GENERATOR MATCHES "^(DEB|RPM)$")
  return()
endif()

# The library directory, which may be a multiarch one, was chosen for the prefix at configuration time.
if(NOT CPACK_NUCLEUS_PREFIX STREQUAL CPACK_PACKAGING_INSTALL_PREFIX)
  message(FATAL_ERROR "Configure with -DCMAKE_INSTALL_PREFIX=${CPACK_PACKAGING_INSTALL_PREFIX}")
endif()

# Debian's zsh does not search /usr/share/zsh/site-functions.
if(CPACK_GENERATOR STREQUAL "DEB")
  set(zsh "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/runtime${CPACK_PACKAGING_INSTALL_PREFIX}/share/zsh")
  file(RENAME "${zsh}/site-functions" "${zsh}/vendor-completions")
endif()

foreach(component IN ITEMS RUNTIME DEVELOPMENT)
  string(TOLOWER "${component}" directory)
  set(root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${directory}${CPACK_PACKAGING_INSTALL_PREFIX}")
  set(package "${CPACK_DEBIAN_${component}_PACKAGE_NAME}")
  set(license copyright)
  if(CPACK_GENERATOR STREQUAL "RPM")
    set(package "${CPACK_RPM_${component}_PACKAGE_NAME}")
    set(license LICENSE)
  endif()
  set(doc "${root}/share/doc/${package}")

  configure_file("${CPACK_NUCLEUS_LICENSE}" "${doc}/${license}" COPYONLY NO_SOURCE_PERMISSIONS)
  configure_file("${CPACK_NUCLEUS_CHANGELOG}" "${doc}/changelog" COPYONLY NO_SOURCE_PERMISSIONS)
  file(GLOB pages "${root}/share/man/man*/*.[0-9]")
  execute_process(COMMAND gzip -9n "${doc}/changelog" ${pages} COMMAND_ERROR_IS_FATAL ANY)
  file(CHMOD_RECURSE "${root}/share/doc" ${directory_permissions})
endforeach()

file(GLOB_RECURSE archives "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*.a")
execute_process(COMMAND "${CPACK_NUCLEUS_STRIP}" --strip-debug --remove-section=.comment
                        --enable-deterministic-archives ${archives}
                COMMAND_ERROR_IS_FATAL ANY)
