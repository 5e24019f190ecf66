#pragma once

namespace cotape::bench {

// Each registers the benchmarks of one family; their names begin with the family's.
void add_gemm();
void add_conv();
void add_pool();
void add_norm();
void add_elementwise();
void add_losses();
void add_optimizers();
void add_samplers();
void add_solvers();
void add_rules();

}  // namespace cotape::bench
