# SPDX-License-Identifier: MIT
# Installs the project, in two components: runtime and development. A parent project that sets
# NUCLEUS_INSTALL installs only the files that linking needs, without the command and the manual pages.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS nucleus-checkpoint EXPORT nucleus-checkpoint-targets
        ARCHIVE COMPONENT development
        INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/include/nucleus/checkpoint.h"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/nucleus" COMPONENT development)

# find_package(nucleus-checkpoint CONFIG)
set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/nucleus-checkpoint")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/nucleus-checkpoint-config-version.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_LIST_DIR}/nucleus-checkpoint-config.cmake"
              "${PROJECT_BINARY_DIR}/nucleus-checkpoint-config-version.cmake"
        DESTINATION "${config_dir}" COMPONENT development)
install(EXPORT nucleus-checkpoint-targets NAMESPACE nucleus:: DESTINATION "${config_dir}"
        COMPONENT development)

# pkg-config nucleus-checkpoint. The prefix is relative to the .pc file, so that an installation can be
# moved; directories that were configured as absolute paths remain absolute.
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
install(FILES "${PROJECT_BINARY_DIR}/nucleus-checkpoint.pc" DESTINATION "${pc_dir}"
        COMPONENT development)

if(NOT nucleus_is_top_level)
  return()
endif()

install(TARGETS ckmeta RUNTIME COMPONENT runtime)
install(FILES "${PROJECT_SOURCE_DIR}/tools/completion/ckmeta.bash" RENAME ckmeta
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" COMPONENT runtime)
install(FILES "${PROJECT_SOURCE_DIR}/tools/completion/ckmeta.fish"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d" COMPONENT runtime)
install(FILES "${PROJECT_SOURCE_DIR}/tools/completion/_ckmeta"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions" COMPONENT runtime)
foreach(section IN ITEMS 1 3 7)
  set(component development)
  if(section EQUAL 1)
    set(component runtime)
  endif()
  file(GLOB pages CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tools/man/*.${section}")
  install(FILES ${pages} DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}"
          COMPONENT ${component})
endforeach()

# Each name in the NAME section of a page is an alias, by which man finds the page.
file(GLOB pages CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tools/man/*.3")
foreach(page IN LISTS pages)
  get_filename_component(target "${page}" NAME)
  file(STRINGS "${page}" names REGEX "^\\.Nm ")
  foreach(name IN LISTS names)
    string(REGEX REPLACE "^\\.Nm ([^ ]+).*" "\\1.3" alias "${name}")
    if(NOT alias STREQUAL target)
      file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/man/${alias}" CONTENT ".so man3/${target}\n" @ONLY)
      install(FILES "${PROJECT_BINARY_DIR}/man/${alias}"
              DESTINATION "${CMAKE_INSTALL_MANDIR}/man3" COMPONENT development)
    endif()
  endforeach()
endforeach()
