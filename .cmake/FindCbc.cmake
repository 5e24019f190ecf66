# Finds CBC and what it rests on, all of COIN-OR; defines the target Cbc::Cbc. Debian installs no configuration files for
# CMake. Installed beside cotapeConfig.cmake, which needs it too where the library was built with it.
find_path(Cbc_INCLUDE_DIR NAMES CbcModel.hpp PATH_SUFFIXES coin coin-or)
set(Cbc_libraries "")
set(Cbc_variables "")
foreach(part Cbc Cgl OsiClp Clp Osi CoinUtils)
  find_library(Cbc_${part}_LIBRARY NAMES ${part})
  list(APPEND Cbc_variables Cbc_${part}_LIBRARY)
  list(APPEND Cbc_libraries "${Cbc_${part}_LIBRARY}")
endforeach()
mark_as_advanced(Cbc_INCLUDE_DIR ${Cbc_variables})

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Cbc REQUIRED_VARS ${Cbc_variables} Cbc_INCLUDE_DIR)

if(Cbc_FOUND AND NOT TARGET Cbc::Cbc)
  add_library(Cbc::Cbc INTERFACE IMPORTED)
  set_target_properties(Cbc::Cbc PROPERTIES
    INTERFACE_LINK_LIBRARIES "${Cbc_libraries}"
    INTERFACE_INCLUDE_DIRECTORIES "${Cbc_INCLUDE_DIR}")
endif()
