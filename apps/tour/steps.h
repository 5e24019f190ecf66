#pragma once
#include <span>

#include <cotape/apps/tour/lesson.h>

namespace cotape::app {

// One concept: a short program whose code the README shows.
struct Step {
  const char* name;
  const char* title;
  void (*run)(Lesson& lesson);
};

// All of them, in the order in which they are read.
std::span<const Step> tour_steps();

void step_scalar(Lesson& lesson);
void step_regression(Lesson& lesson);
void step_dead_relu(Lesson& lesson);
void step_solver(Lesson& lesson);
void step_rules(Lesson& lesson);
void step_line(Lesson& lesson);
void step_collapse(Lesson& lesson);

}  // namespace cotape::app
