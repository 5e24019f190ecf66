#pragma once

// COTAPE_DISPATCH stands before a function whose loop a program outside of this project compiles, with flags that may
// know nothing of the machine's wide registers: GCC then compiles it three times, with all optimisations, and the
// processor takes the version that it can run. Where the flags allow AVX2, and for other compilers, it is nothing.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(__AVX2__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COTAPE_DISPATCH \
  __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), optimize("O3"), flatten))
#else
#define COTAPE_DISPATCH
#endif
