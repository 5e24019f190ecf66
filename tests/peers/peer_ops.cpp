// Evaluates ops, optimisers and schedules on the cases that compare.py makes.
//   peer_ops CASES ANSWERS      CASES: a safetensors file whose text "cases" is a JSON list of {"name", "op", "inputs",
//                               settings…}; tensors NAME.0, NAME.1, … are a case's inputs and NAME.dy its cotangent.
//                               ANSWERS gets NAME.y and, where there is a cotangent, gradients NAME.d0, …; or the text
//                               NAME, the message of the error that the case threw.
//   peer_ops --list             prints the names of all ops
#include <cotape/cotape.h>

#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

using namespace cotape;
using Json = nlohmann::json;

namespace {

struct Case {
  const Json& settings;
  std::vector<Var> in;

  template <class T>
  T get(const char* name) const {
    return settings.at(name).get<T>();
  }
  template <class T>
  T get(const char* name, T fallback) const {
    return settings.value(name, fallback);
  }
  Activation activation() const { return get("relu", false) ? Activation::relu : Activation::none; }
  Padding padding() const {
    const auto p = get("padding", std::vector<std::int64_t>{0, 0, 0, 0});
    return {p.at(0), p.at(1), p.at(2), p.at(3)};
  }
  // A number, or the two numbers of height and width.
  Size2d size(const char* name, const Size2d& fallback) const {
    if (!settings.contains(name)) return fallback;
    const Json& value = settings.at(name);
    return value.is_array() ? Size2d{value.at(0).get<std::int64_t>(), value.at(1).get<std::int64_t>()}
                            : Size2d{value.get<std::int64_t>()};
  }
  PoolSettings pool() const { return {size("window", 2), size("stride", 2), padding()}; }
  Axes axes() const {
    Axes axes;
    axes.list = get("axes", std::vector<int>{});
    return axes;
  }
  Reduction reduction() const {
    const auto name = get<std::string>("reduction");
    return name == "sum" ? Reduction::sum : name == "mean" ? Reduction::mean : Reduction::batch_mean;
  }
};

using Op = std::function<Var(const Case&)>;

Op unary_op(Var (*f)(Var)) {
  return [f](const Case& c) { return f(c.in.at(0)); };
}
Op binary_op(Var (*f)(Var, Var)) {
  return [f](const Case& c) { return f(c.in.at(0), c.in.at(1)); };
}
Op loss_op(Var (*f)(Var, Var, Reduction)) {
  return [f](const Case& c) { return f(c.in.at(0), c.in.at(1), c.reduction()); };
}
Op reduction_op(Var (*f)(Var, const Axes&, bool)) {
  return [f](const Case& c) { return f(c.in.at(0), c.axes(), c.get("keepdims", false)); };
}

// f(x, weight) or f(x, weight, bias).
template <class Settings>
Var conv_op(const Case& c, Var (*plain)(Var, Var, const Settings&), Var (*with_bias)(Var, Var, Var, const Settings&),
            const Settings& settings) {
  return c.in.size() == 2 ? plain(c.in[0], c.in[1], settings) : with_bias(c.in.at(0), c.in.at(1), c.in.at(2), settings);
}

Var conv(const Case& c) {
  return conv_op<ConvSettings>(c, conv2d, conv2d,
                               {.stride = c.size("stride", 1),
                                .padding = c.padding(),
                                .activation = c.activation(),
                                .max_pool = c.get<std::int64_t>("max_pool", 1),
                                .dilation = c.size("dilation", 1),
                                .groups = c.get<std::int64_t>("groups", 1)});
}

Var transposed_conv(const Case& c) {
  return conv_op<ConvTransposeSettings>(c, conv_transpose2d, conv_transpose2d,
                                        {.stride = c.size("stride", 1),
                                         .padding = c.padding(),
                                         .output_padding = c.size("output_padding", 0),
                                         .activation = c.activation(),
                                         .dilation = c.size("dilation", 1),
                                         .groups = c.get<std::int64_t>("groups", 1)});
}

Var sequence_conv(const Case& c) {
  return conv_op<Conv1dSettings>(c, conv1d, conv1d,
                                 {.stride = c.get<std::int64_t>("stride", 1),
                                  .padding = Padding1d::all(c.get<std::int64_t>("around", 0)),
                                  .dilation = c.get<std::int64_t>("dilation", 1),
                                  .groups = c.get<std::int64_t>("groups", 1)});
}

Var transposed_sequence_conv(const Case& c) {
  return conv_op<ConvTranspose1dSettings>(c, conv_transpose1d, conv_transpose1d,
                                          {.stride = c.get<std::int64_t>("stride", 1),
                                           .padding = Padding1d::all(c.get<std::int64_t>("around", 0)),
                                           .output_padding = c.get<std::int64_t>("output_padding", 0),
                                           .dilation = c.get<std::int64_t>("dilation", 1),
                                           .groups = c.get<std::int64_t>("groups", 1)});
}

Var batch_norm_of(const Case& c) {
  BatchNormSettings settings{.epsilon = c.get("epsilon", real(1e-5)), .activation = c.activation(), .max_pool = {}};
  if (c.get("max_pool", false)) settings.max_pool = c.pool();
  std::optional<Var> skip;
  if (c.in.size() > 3) skip = c.in[3];
  ChannelStatistics statistics;
  return batch_norm(c.in.at(0), c.in.at(1), c.in.at(2), statistics, settings, skip);
}

Var layer_norm_of(const Case& c) {
  const LayerNormSettings settings{.axes = c.get("axes", 1), .epsilon = c.get("epsilon", real(1e-5))};
  if (c.in.size() == 1) return layer_norm(c.in[0], settings);
  return c.in.size() == 2 ? layer_norm(c.in[0], c.in[1], settings) : layer_norm(c.in[0], c.in[1], c.in.at(2), settings);
}
Var rms_norm_of(const Case& c) {
  const LayerNormSettings settings{.axes = c.get("axes", 1), .epsilon = c.get("epsilon", real(1e-5))};
  return c.in.size() == 1 ? rms_norm(c.in[0], settings) : rms_norm(c.in[0], c.in.at(1), settings);
}
Var group_norm_of(const Case& c) {
  const std::int64_t groups = c.get<std::int64_t>("groups");
  return c.in.size() == 1 ? group_norm(c.in[0], groups) : group_norm(c.in[0], groups, c.in.at(1), c.in.at(2));
}
Var instance_norm_of(const Case& c) {
  return c.in.size() == 1 ? instance_norm(c.in[0]) : instance_norm(c.in[0], c.in.at(1), c.in.at(2));
}

const std::map<std::string, Op>& ops() {
  static const std::map<std::string, Op> all = {
      {"add", binary_op(add)},
      {"sub", binary_op(sub)},
      {"mul", binary_op(mul)},
      {"div", binary_op(div)},
      {"power", binary_op(power)},
      {"maximum", binary_op(maximum)},
      {"minimum", binary_op(minimum)},
      {"neg", unary_op(neg)},
      {"scale", [](const Case& c) { return scale(c.in.at(0), c.get<real>("c")); }},
      {"shift", [](const Case& c) { return shift(c.in.at(0), c.get<real>("c")); }},
      {"pow", [](const Case& c) { return pow(c.in.at(0), c.get<real>("exponent")); }},
      {"exp", unary_op(exp)},
      {"log", unary_op(log)},
      {"log1p", unary_op(log1p)},
      {"sqrt", unary_op(sqrt)},
      {"square", unary_op(square)},
      {"abs", unary_op(abs)},
      {"tanh", unary_op(tanh)},
      {"sigmoid", unary_op(sigmoid)},
      {"relu", unary_op(relu)},
      {"elu", [](const Case& c) { return elu(c.in.at(0), c.get<real>("alpha")); }},
      {"softplus", unary_op(softplus)},
      {"clamp", [](const Case& c) { return clamp(c.in.at(0), c.get<real>("low"), c.get<real>("high")); }},
      {"stop_gradient", unary_op(stop_gradient)},
      {"conv2d", conv},
      {"conv1d", sequence_conv},
      {"conv_transpose1d", transposed_sequence_conv},
      {"conv_transpose2d", transposed_conv},
      {"norm", unary_op(norm)},
      {"pairwise_distances", unary_op(pairwise_distances)},
      {"cross_entropy",
       [](const Case& c) {
         return cross_entropy(c.in.at(0), c.get<std::vector<std::int64_t>>("labels"), c.reduction());
       }},
      {"bce_with_logits", loss_op(bce_with_logits)},
      {"l1_loss", loss_op(l1_loss)},
      {"l2_loss", loss_op(l2_loss)},
      {"kl_to_uniform", [](const Case& c) { return kl_to_uniform(c.in.at(0), c.reduction()); }},
      {"matmul",
       [](const Case& c) {
         return matmul(c.in.at(0), c.in.at(1), {.a = c.get("transpose_a", false), .b = c.get("transpose_b", false)});
       }},
      {"linear",
       [](const Case& c) {
         return c.in.size() == 2 ? linear(c.in[0], c.in[1], c.activation())
                                 : linear(c.in.at(0), c.in.at(1), c.in.at(2), c.activation());
       }},
      {"batch_norm", batch_norm_of},
      {"layer_norm", layer_norm_of},
      {"rms_norm", rms_norm_of},
      {"group_norm", group_norm_of},
      {"instance_norm", instance_norm_of},
      {"max_pool2d", [](const Case& c) { return max_pool2d(c.in.at(0), c.pool()); }},
      {"average_pool2d", [](const Case& c) { return average_pool2d(c.in.at(0), c.pool()); }},
      {"adaptive_max_pool2d",
       [](const Case& c) {
         return adaptive_max_pool2d(c.in.at(0), c.get<std::int64_t>("height"), c.get<std::int64_t>("width"));
       }},
      {"adaptive_average_pool2d",
       [](const Case& c) {
         return adaptive_average_pool2d(c.in.at(0), c.get<std::int64_t>("height"), c.get<std::int64_t>("width"));
       }},
      {"upsample_nearest2d", [](const Case& c) { return upsample_nearest2d(c.in.at(0), c.size("size", 1)); }},
      {"upsample_bilinear2d", [](const Case& c) { return upsample_bilinear2d(c.in.at(0), c.size("size", 1)); }},
      {"sum", reduction_op(sum)},
      {"mean", reduction_op(mean)},
      {"max", reduction_op(max)},
      {"logsumexp", reduction_op(logsumexp)},
      {"reshape", [](const Case& c) { return reshape(c.in.at(0), Shape(c.get<std::vector<std::int64_t>>("sizes"))); }},
      {"permute", [](const Case& c) { return permute(c.in.at(0), c.get<std::vector<int>>("order")); }},
      {"transpose", unary_op(transpose)},
      {"broadcast_to",
       [](const Case& c) { return broadcast_to(c.in.at(0), Shape(c.get<std::vector<std::int64_t>>("sizes"))); }},
      {"concat", [](const Case& c) { return concat(std::span<const Var>(c.in), c.get<int>("axis")); }},
      {"stack", [](const Case& c) { return stack(std::span<const Var>(c.in), c.get<int>("axis")); }},
      {"slice",
       [](const Case& c) {
         return slice(c.in.at(0), c.get<int>("axis"), c.get<std::int64_t>("begin"), c.get<std::int64_t>("end"));
       }},
      {"gather_rows",
       [](const Case& c) { return gather_rows(c.in.at(0), c.get<std::vector<std::int64_t>>("indices")); }},
      {"softmax", [](const Case& c) { return softmax(c.in.at(0), c.get<int>("axis")); }},
      {"log_softmax", [](const Case& c) { return log_softmax(c.in.at(0), c.get<int>("axis")); }},
      {"center", [](const Case& c) { return center(c.in.at(0)); }},
      {"unit_norm", [](const Case& c) { return unit_norm(c.in.at(0)); }},
      {"standardize", [](const Case& c) { return standardize(c.in.at(0)); }},
  };
  return all;
}

// Inputs: the first weights [n] and the gradients [steps, n]. Answer: the weights after each step.
Tensor trajectory(const Json& settings, const std::vector<Tensor>& in) {
  Parameter weight("weight", in.at(0));
  const double lr = settings.at("lr"), decay = settings.value("weight_decay", 0.0);
  std::unique_ptr<Optimizer> optimizer;
  const std::string name = settings.at("op");
  if (name == "sgd") {
    optimizer = std::make_unique<Sgd>(std::vector{&weight}, SgdOptions{.lr = lr,
                                                                       .momentum = settings.value("momentum", 0.0),
                                                                       .nesterov = settings.value("nesterov", false),
                                                                       .weight_decay = decay});
  } else {
    const double beta1 = settings.value("beta1", 0.9), beta2 = settings.value("beta2", 0.999);
    const double epsilon = settings.value("epsilon", 1e-8);
    if (name == "adam")
      optimizer = std::make_unique<Adam>(std::vector{&weight}, AdamOptions{lr, beta1, beta2, epsilon, decay});
    else
      optimizer = std::make_unique<AdamW>(std::vector{&weight}, AdamWOptions{lr, beta1, beta2, epsilon, decay});
  }
  const std::int64_t steps = in.at(1).shape()[0], size = in[0].size();
  Tensor path(in[1].shape()), gradient(in[0].shape());
  for (std::int64_t step = 0; step < steps; ++step) {
    std::copy_n(in[1].data() + step * size, size, gradient.data());
    Tape tape;
    tape.backward(tape.parameter(weight), gradient);
    optimizer->step();
    optimizer->clear_gradients();
    std::copy_n(weight.value().data(), size, path.data() + step * size);
  }
  return path;
}

// Inputs: gradients of several parameters. Answer: all of them clipped, one after the other, and for the norm itself.
Tensor clipped(const Json& settings, const std::vector<Tensor>& in) {
  std::vector<Parameter> parameters;
  std::vector<Parameter*> pointers;
  for (const Tensor& gradient : in)
    parameters.emplace_back("p" + std::to_string(parameters.size()), Tensor(gradient.shape()));
  for (std::size_t i = 0; i < in.size(); ++i) {
    Tape tape;
    tape.backward(tape.parameter(parameters[i]), in[i]);
    pointers.push_back(&parameters[i]);
  }
  std::vector<real> numbers;
  if (settings.at("op") == "clip_gradient_norm")
    numbers.push_back(static_cast<real>(clip_gradient_norm(pointers, settings.at("limit"))));
  else
    clip_gradient_value(pointers, settings.at("limit"));
  for (const Parameter& p : parameters)
    numbers.insert(numbers.end(), p.gradient().values().begin(), p.gradient().values().end());
  return Tensor(Shape{std::ssize(numbers)}, numbers);
}

// Rates at the times 0 … times − 1.
Tensor rates(const Json& settings, const std::vector<Tensor>&) {
  const double rate = settings.at("rate"), factor = settings.value("factor", 1.0);
  const std::string name = settings.at("op");
  Schedule schedule = ConstantSchedule{rate};
  if (name == "step_schedule") schedule = StepSchedule{rate, settings.at("every"), factor};
  if (name == "multi_step_schedule") schedule = MultiStepSchedule{rate, settings.at("milestones"), factor};
  if (name == "exponential_schedule") schedule = ExponentialSchedule{rate, factor};
  Tensor out(Shape{settings.at("times").get<std::int64_t>()});
  for (std::int64_t time = 0; time < out.size(); ++time) out[time] = static_cast<real>(schedule(time));
  return out;
}

Tensor correlation(const Json& settings, const std::vector<Tensor>& in) {
  const auto f = settings.at("op") == "kendall" ? kendall : spearman;
  return Tensor::scalar(static_cast<real>(f(in.at(0).values(), in.at(1).values())));
}

// What has no gradient.
using Function = Tensor (*)(const Json& settings, const std::vector<Tensor>& in);
const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> all = {
      {"sgd", trajectory},
      {"adam", trajectory},
      {"adamw", trajectory},
      {"constant_schedule", rates},
      {"step_schedule", rates},
      {"multi_step_schedule", rates},
      {"exponential_schedule", rates},
      {"clip_gradient_norm", clipped},
      {"clip_gradient_value", clipped},
      {"kendall", correlation},
      {"spearman", correlation},
  };
  return all;
}

void answer(const Json& settings, const Checkpoint& cases, Checkpoint& answers) {
  const std::string name = settings.at("name"), op = settings.at("op");
  std::vector<Tensor> in;
  for (int i = 0; i < settings.at("inputs").get<int>(); ++i) in.push_back(cases.tensor(name + "." + std::to_string(i)));
  if (const auto found = functions().find(op); found != functions().end()) {
    answers.put(name + ".y", found->second(settings, in));
    return;
  }
  Tape tape;
  Case c{settings, {}};
  for (const Tensor& tensor : in) c.in.push_back(tape.variable(tensor));
  const Var y = ops().at(op)(c);
  answers.put(name + ".y", y.value());
  if (!cases.contains(name + ".dy")) return;
  const Tensor dy = cases.tensor(name + ".dy");
  if (y.needs_gradient()) tape.backward(y, dy);
  for (std::size_t i = 0; i < in.size(); ++i)
    answers.put(name + ".d" + std::to_string(i), y.needs_gradient() ? c.in[i].gradient() : Tensor(in[i].shape()));
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words == std::vector<std::string>{"--list"}) {
    for (const auto& [name, op] : ops()) std::cout << name << '\n';
    for (const auto& [name, function] : functions()) std::cout << name << '\n';
    return 0;
  }
  if (words.size() != 2) {
    std::cerr << "usage: peer_ops CASES ANSWERS, or peer_ops --list\n";
    return 1;
  }
  try {
    const Checkpoint cases = load_checkpoint(words[0]);
    Checkpoint answers;
    for (const Json& settings : Json::parse(cases.text("cases"))) try {
        answer(settings, cases, answers);
      } catch (const Error& error) {
        answers.put_text(settings.at("name"), error.what());
      }
    save_checkpoint(words[1], answers);
  } catch (const std::exception& error) {
    std::cerr << "peer_ops: " << error.what() << '\n';
    return 1;
  }
}
