# Which compilers may build Parley, and with which flags.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} cannot build Parley: below version 14 it miscompiles coroutines (a temporary "
    "in a statement with co_await is destroyed twice, without a warning). Install clang-19 and configure with "
    "-DCMAKE_CXX_COMPILER=clang++-19.")
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "clang ${CMAKE_CXX_COMPILER_VERSION} is too old: Parley needs clang 19 (std::expected).")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")

find_program(PARLEY_CCACHE ccache)
if(PARLEY_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers are cached only when ccache is told that __TIME__ and the header's own time do not matter.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${PARLEY_CCACHE})
endif()

set(PARLEY_SANITIZE "" CACHE STRING "empty, address (with undefined) or thread")

add_library(parley_options INTERFACE)
target_include_directories(parley_options INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(parley_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wthread-safety -Wnon-virtual-dtor -Wno-missing-field-initializers
  -fno-omit-frame-pointer -Xclang -fno-pch-timestamp)
target_link_options(parley_options INTERFACE -fuse-ld=lld)
if(PARLEY_SANITIZE STREQUAL "address")
  set(flags -fsanitize=address,undefined -fno-sanitize-recover=all -fsanitize-address-use-after-return=always)
elseif(PARLEY_SANITIZE STREQUAL "thread")
  set(flags -fsanitize=thread)
else()
  set(flags)
  target_compile_options(parley_options INTERFACE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT PARLEY_SANITIZE)
  target_compile_options(parley_options INTERFACE -U_FORTIFY_SOURCE)
endif()
target_compile_options(parley_options INTERFACE ${flags})
target_link_options(parley_options INTERFACE ${flags})
