# find_package(cotape): the targets cotape::cotape (real = float) and cotape::cotape_f64 (real = double).
include(CMakeFindDependencyMacro)
list(PREPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})
find_dependency(TBB)
find_dependency(OpenBLAS)
find_dependency(ZLIB)
list(POP_FRONT CMAKE_MODULE_PATH)
include(${CMAKE_CURRENT_LIST_DIR}/cotapeTargets.cmake)
