#pragma once

// Every op of the engine, by family.
#include <cotape/engine/ops/argmax.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/class_loss.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/conv.h>
#include <cotape/engine/ops/diagonal.h>
#include <cotape/engine/ops/distance.h>
#include <cotape/engine/ops/group_norm.h>
#include <cotape/engine/ops/layer_norm.h>
#include <cotape/engine/ops/einsum.h>
#include <cotape/engine/ops/indexing.h>
#include <cotape/engine/ops/embedding_loss.h>
#include <cotape/engine/ops/loss.h>
#include <cotape/engine/ops/matmul.h>
#include <cotape/engine/ops/moments.h>
#include <cotape/engine/ops/norm.h>
#include <cotape/engine/ops/pool.h>
#include <cotape/engine/ops/random.h>
#include <cotape/engine/ops/recurrent.h>
#include <cotape/engine/ops/rearrange.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/scan.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/ops/softmax.h>
#include <cotape/engine/ops/sort.h>
