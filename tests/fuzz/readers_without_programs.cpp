#include "readers.h"

std::vector<Reader> readers_of_programs() { return {}; }
