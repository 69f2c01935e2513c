# SPDX-License-Identifier: MIT
# cJSON is built from its sources, without a download, as nucleus-checkpoint-linking(7) shows.
. "${0%/*}/package.sh"
need mandoc col
[ -x "$NM" ] || skip "nm is not installed"
copy_cjson_source
mkdir project
cp "$tests/consumer/main.c" project
ln -s "$SOURCE" project/libnucleus-checkpoint
{
    printf 'cmake_minimum_required(VERSION 3.22)\nproject(program C)\nadd_executable(program main.c)\n'
    render "$SOURCE/tools/man/nucleus-checkpoint-linking.7" | section DESCRIPTION | displays |
        sed -n '/FetchContent)/,/target_link_libraries/p'
} >project/CMakeLists.txt

# The installed cJSON is neither found nor usable.
mkdir -p installed/cjson
echo '#error "This header is installed."' >installed/cjson/cJSON.h
PKG_CONFIG_LIBDIR=$scratch PKG_CONFIG_PATH='' C_INCLUDE_PATH=$scratch/installed
export PKG_CONFIG_LIBDIR PKG_CONFIG_PATH C_INCLUDE_PATH
build_project project "-DFETCHCONTENT_SOURCE_DIR_CJSON=$scratch/cJSON"
check_consumer build/program
