#pragma once

// Every op of the engine, by family.
#include <cotape/engine/ops_arithmetic.h>
#include <cotape/engine/ops_conv.h>
#include <cotape/engine/ops_distance.h>
#include <cotape/engine/ops_loss.h>
#include <cotape/engine/ops_matmul.h>
#include <cotape/engine/ops_norm.h>
#include <cotape/engine/ops_pool.h>
#include <cotape/engine/ops_random.h>
#include <cotape/engine/ops_reduce.h>
#include <cotape/engine/ops_shape.h>
#include <cotape/engine/ops_softmax.h>
