#include "extreme_values.h"
