#pragma once

// Every op of the engine, by family.
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/conv.h>
#include <cotape/engine/ops/distance.h>
#include <cotape/engine/ops/group_norm.h>
#include <cotape/engine/ops/layer_norm.h>
#include <cotape/engine/ops/loss.h>
#include <cotape/engine/ops/matmul.h>
#include <cotape/engine/ops/norm.h>
#include <cotape/engine/ops/pool.h>
#include <cotape/engine/ops/random.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/ops/softmax.h>
#include <cotape/engine/ops/upsample.h>
