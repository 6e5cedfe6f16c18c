# qt_module(NAME DEPS a b PRIVATE_LIBS x PUBLIC_LIBS y): one folder, one static library, one test binary.
# DEPS is the only list of what the module may include (tests/tidy reads it). Sources are the folder's
# *.cpp, tests its *_test.cpp, named SQL its *.sql (compiled to <NAME>/sql.gen.h).
add_library(qt_options INTERFACE)
target_compile_options(qt_options INTERFACE -Wall -Wextra -Wno-missing-field-initializers
                       -Werror=return-type -Werror=unused-result)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 reports false positives from inlined Asio and Boost.JSON code at -O2.
  target_compile_options(qt_options INTERFACE -fcoroutines -Wno-maybe-uninitialized -Wno-array-bounds
                         -Wno-stringop-overflow -Wno-stringop-overread -Wno-mismatched-new-delete)
endif()
target_compile_definitions(qt_options INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
                           BOOST_BEAST_USE_STD_STRING_VIEW)
if(QT_SANITIZE)
  target_compile_options(qt_options INTERFACE -fsanitize=${QT_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(qt_options INTERFACE -fsanitize=${QT_SANITIZE})
endif()
find_program(MOLD mold)
if(MOLD)
  target_link_options(qt_options INTERFACE -fuse-ld=mold)
endif()

function(qt_module name)
  cmake_parse_arguments(M "" "" "DEPS;PRIVATE_LIBS;PUBLIC_LIBS" ${ARGN})
  set(dir ${CMAKE_CURRENT_SOURCE_DIR})
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cpp ${dir}/*/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/gen)
  target_link_libraries(${name} PUBLIC qt_options ${M_DEPS} ${M_PUBLIC_LIBS} PRIVATE ${M_PRIVATE_LIBS})
  file(GLOB statements CONFIGURE_DEPENDS ${dir}/*.sql)
  if(statements)
    set(header ${CMAKE_BINARY_DIR}/gen/${name}/sql.gen.h)
    file(GLOB migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/migrations/*.sql)
    add_custom_command(OUTPUT ${header} DEPENDS ${statements} ${migrations} ${CMAKE_SOURCE_DIR}/cmake/sqlgen.py
      COMMAND python3 ${CMAKE_SOURCE_DIR}/cmake/sqlgen.py --module ${name} --out ${header}
              --migrations ${CMAKE_SOURCE_DIR}/migrations ${statements})
    add_custom_target(${name}_sql DEPENDS ${header})
    add_dependencies(${name} ${name}_sql)
    set_property(GLOBAL APPEND PROPERTY QT_SQL_MODULES ${name})
  endif()
  qt_precompile(${name})
  if(tests AND QT_TESTS)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} GTest::gtest GTest::gmock GTest::gtest_main rapidcheck_lib)
    qt_precompile(${name}_test)
    add_test(NAME ${name} COMMAND ${name}_test)
  endif()
endfunction()

# The heavy headers (Asio, Boost.JSON, Describe) are parsed once for the whole tree.
function(qt_precompile target)
  if(target STREQUAL base)
    target_precompile_headers(base PRIVATE ${CMAKE_SOURCE_DIR}/src/base/precompiled.h)
  else()
    target_precompile_headers(${target} REUSE_FROM base)
  endif()
endfunction()

add_library(rapidcheck_lib INTERFACE)
find_library(RAPIDCHECK_A NAMES rapidcheck)
if(RAPIDCHECK_A)
  target_link_libraries(rapidcheck_lib INTERFACE ${RAPIDCHECK_A})
endif()
