# Every third-party library, in one place; docs/decisions/0002-dependencies.md says why each.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS context json)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(MARIADB REQUIRED IMPORTED_TARGET libmariadb)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(ARGON2 REQUIRED IMPORTED_TARGET libargon2)
pkg_check_modules(VIPS REQUIRED vips)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(CLI11 REQUIRED)
if(QT_TESTS)
  find_package(GTest REQUIRED)
endif()

# Debian's libphonenumber-dev conflicts with libboost1.81-dev (it pulls the Boost 1.74 headers), so
# `make setup` unpacks only its headers into this folder; the shared library comes from its runtime package.
set(PHONENUMBER_ROOT "${CMAKE_SOURCE_DIR}/.cache/phonenumber" CACHE PATH "Unpacked libphonenumber-dev")
add_library(phonenumber INTERFACE)
target_include_directories(phonenumber SYSTEM INTERFACE ${PHONENUMBER_ROOT}/usr/include)
find_library(PHONENUMBER_SO NAMES libphonenumber.so.8 REQUIRED)
find_library(PROTOBUF_SO NAMES protobuf REQUIRED)
target_link_libraries(phonenumber INTERFACE ${PHONENUMBER_SO} ${PROTOBUF_SO})

# Without the compiler options of its .pc file, which would make the precompiled headers unusable.
add_library(vips_lib INTERFACE)
target_include_directories(vips_lib SYSTEM INTERFACE ${VIPS_INCLUDE_DIRS})
target_link_libraries(vips_lib INTERFACE ${VIPS_LINK_LIBRARIES})
