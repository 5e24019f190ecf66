// Evaluates ops, optimisers and schedules on the cases that compare.py makes.
//   peer_ops CASES ANSWERS      CASES: a safetensors file whose text "cases" is a JSON list of {"name", "op", "inputs",
//                               settings…}; tensors NAME.0, NAME.1, … are a case's inputs and NAME.dy its cotangent.
//                               ANSWERS gets NAME.y and, where there is a cotangent, gradients NAME.d0, …; or the text
//                               NAME, the message of the error that the case threw.
//   peer_ops --list             prints the names of all ops
#include <cotape/cotape.h>

#include <algorithm>
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
  // Two widths for each axis.
  std::vector<PadWidth> pad_widths() const {
    std::vector<PadWidth> widths;
    for (const auto& width : get<std::vector<std::vector<std::int64_t>>>("widths"))
      widths.push_back({width.at(0), width.at(1)});
    return widths;
  }
  std::vector<std::int64_t> indices() const { return get<std::vector<std::int64_t>>("indices"); }
  PoolSettings pool() const { return {size("window", 2), size("stride", 2), padding()}; }
  Axes axes() const {
    Axes axes;
    axes.list = get("axes", std::vector<int>{});
    return axes;
  }
  std::int64_t correction() const { return get<std::int64_t>("correction"); }
  std::vector<std::int64_t> labels() const { return get<std::vector<std::int64_t>>("labels"); }
  Tensor weights() const {
    const auto weights = get("weights", std::vector<real>{});
    return Tensor(Shape{std::ssize(weights)}, weights);
  }
  std::optional<std::int64_t> ignored() const {
    return settings.contains("ignored") ? std::optional(get<std::int64_t>("ignored")) : std::nullopt;
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

Var cross_entropy_of(const Case& c) {
  if (!c.settings.contains("smoothing")) return cross_entropy(c.in.at(0), c.labels(), c.reduction());
  const CrossEntropyOptions options{c.weights(), c.get<real>("smoothing"), c.ignored(), c.reduction()};
  return c.in.size() == 1 ? cross_entropy(c.in[0], c.labels(), options) : cross_entropy(c.in[0], c.in[1], options);
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
      {"where",
       [](const Case& c) {
         const Tensor condition(Shape(c.get<std::vector<std::int64_t>>("sizes")),
                                c.get<std::vector<real>>("condition"));
         return where(c.in.at(0).tape().constant(condition), c.in.at(0), c.in.at(1));
       }},
      {"equal", binary_op(equal)},
      {"not_equal", binary_op(not_equal)},
      {"less", binary_op(less)},
      {"less_equal", binary_op(less_equal)},
      {"greater", binary_op(greater)},
      {"greater_equal", binary_op(greater_equal)},
      {"neg", unary_op(neg)},
      {"scale", [](const Case& c) { return scale(c.in.at(0), c.get<real>("c")); }},
      {"shift", [](const Case& c) { return shift(c.in.at(0), c.get<real>("c")); }},
      {"pow", [](const Case& c) { return pow(c.in.at(0), c.get<real>("exponent")); }},
      {"exp", unary_op(exp)},
      {"expm1", unary_op(expm1)},
      {"log", unary_op(log)},
      {"log2", unary_op(log2)},
      {"log10", unary_op(log10)},
      {"log1p", unary_op(log1p)},
      {"sqrt", unary_op(sqrt)},
      {"rsqrt", unary_op(rsqrt)},
      {"reciprocal", unary_op(reciprocal)},
      {"square", unary_op(square)},
      {"sin", unary_op(sin)},
      {"cos", unary_op(cos)},
      {"erf", unary_op(erf)},
      {"sign", unary_op(sign)},
      {"floor", unary_op(floor)},
      {"abs", unary_op(abs)},
      {"tanh", unary_op(tanh)},
      {"sigmoid", unary_op(sigmoid)},
      {"relu", unary_op(relu)},
      {"leaky_relu", [](const Case& c) { return leaky_relu(c.in.at(0), c.get<real>("slope")); }},
      {"silu", unary_op(silu)},
      {"gelu", unary_op(gelu)},
      {"gelu_tanh", unary_op(gelu_tanh)},
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
      {"cross_entropy", cross_entropy_of},
      {"nll_loss",
       [](const Case& c) {
         return nll_loss(c.in.at(0), c.labels(), {c.weights(), c.ignored(), c.reduction()});
       }},
      {"multi_margin_loss",
       [](const Case& c) { return multi_margin_loss(c.in.at(0), c.labels(), c.get<real>("margin"), c.reduction()); }},
      {"huber_loss",
       [](const Case& c) { return huber_loss(c.in.at(0), c.in.at(1), c.get<real>("delta"), c.reduction()); }},
      {"smooth_l1_loss",
       [](const Case& c) { return smooth_l1_loss(c.in.at(0), c.in.at(1), c.get<real>("beta"), c.reduction()); }},
      {"hinge_loss",
       [](const Case& c) { return hinge_loss(c.in.at(0), c.in.at(1), c.get<real>("margin"), c.reduction()); }},
      {"kl_divergence", loss_op(kl_divergence)},
      {"triplet_loss",
       [](const Case& c) {
         return triplet_loss(c.in.at(0), c.in.at(1), c.in.at(2), c.get<real>("margin"), c.reduction());
       }},
      {"contrastive_loss",
       [](const Case& c) {
         return contrastive_loss(c.in.at(0), c.in.at(1), c.in.at(2), c.get<real>("margin"), c.reduction());
       }},
      {"cosine_embedding_loss",
       [](const Case& c) {
         const auto targets = c.get<std::vector<real>>("targets");
         return cosine_embedding_loss(c.in.at(0), c.in.at(1), Tensor(Shape{std::ssize(targets)}, targets),
                                      c.get<real>("margin"), c.reduction());
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
      {"min", reduction_op(min)},
      {"prod", reduction_op(prod)},
      {"variance",
       [](const Case& c) { return variance(c.in.at(0), c.axes(), c.get("keepdims", false), c.correction()); }},
      {"standard_deviation",
       [](const Case& c) {
         return standard_deviation(c.in.at(0), c.axes(), c.get("keepdims", false), c.correction());
       }},
      {"logsumexp", reduction_op(logsumexp)},
      {"argmax", [](const Case& c) { return argmax(c.in.at(0), c.get<int>("axis"), c.get("keepdims", false)); }},
      {"argmin", [](const Case& c) { return argmin(c.in.at(0), c.get<int>("axis"), c.get("keepdims", false)); }},
      {"cumsum", [](const Case& c) { return cumsum(c.in.at(0), c.get<int>("axis")); }},
      {"logcumsumexp", [](const Case& c) { return logcumsumexp(c.in.at(0), c.get<int>("axis")); }},
      {"sort", [](const Case& c) { return sort(c.in.at(0), c.get<int>("axis"), c.get<bool>("descending")).values; }},
      {"argsort", [](const Case& c) { return argsort(c.in.at(0), c.get<int>("axis"), c.get<bool>("descending")); }},
      {"topk",
       [](const Case& c) {
         return topk(c.in.at(0), c.get<std::int64_t>("k"), c.get<int>("axis"), c.get<bool>("largest")).values;
       }},
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
      {"move_axis", [](const Case& c) { return move_axis(c.in.at(0), c.get<int>("from"), c.get<int>("to")); }},
      {"select", [](const Case& c) { return select(c.in.at(0), c.get<int>("axis"), c.get<std::int64_t>("index")); }},
      {"split",  // the parts one after the other, backwards
       [](const Case& c) {
         std::vector<Var> parts = split(c.in.at(0), c.get<std::vector<std::int64_t>>("sizes"), c.get<int>("axis"));
         std::reverse(parts.begin(), parts.end());
         return concat(parts, c.get<int>("axis"));
       }},
      {"flip", [](const Case& c) { return flip(c.in.at(0), c.get<std::vector<int>>("axes")); }},
      {"roll", [](const Case& c) { return roll(c.in.at(0), c.get<std::int64_t>("shift"), c.get<int>("axis")); }},
      {"tile", [](const Case& c) { return tile(c.in.at(0), c.get<std::vector<std::int64_t>>("times")); }},
      {"repeat_interleave",
       [](const Case& c) { return repeat_interleave(c.in.at(0), c.get<std::int64_t>("times"), c.get<int>("axis")); }},
      {"pad", [](const Case& c) { return pad(c.in.at(0), c.pad_widths(), c.get<real>("value")); }},
      {"pad_reflect", [](const Case& c) { return pad_reflect(c.in.at(0), c.pad_widths()); }},
      {"diag", unary_op(diag)},
      {"diagonal", unary_op(diagonal)},
      {"tril", [](const Case& c) { return tril(c.in.at(0), c.get<std::int64_t>("offset")); }},
      {"triu", [](const Case& c) { return triu(c.in.at(0), c.get<std::int64_t>("offset")); }},
      {"index_select", [](const Case& c) { return index_select(c.in.at(0), c.get<int>("axis"), c.indices()); }},
      {"gather",
       [](const Case& c) {
         return gather(c.in.at(0), c.get<int>("axis"), c.indices(), Shape(c.get<std::vector<std::int64_t>>("sizes")));
       }},
      {"scatter_add",
       [](const Case& c) { return scatter_add(c.in.at(0), c.get<int>("axis"), c.indices(), c.in.at(1)); }},
      {"segment_sum", [](const Case& c) { return segment_sum(c.in.at(0), c.indices(), c.get<std::int64_t>("count")); }},
      {"segment_mean",
       [](const Case& c) { return segment_mean(c.in.at(0), c.indices(), c.get<std::int64_t>("count")); }},
      {"segment_max", [](const Case& c) { return segment_max(c.in.at(0), c.indices(), c.get<std::int64_t>("count")); }},
      {"einsum", [](const Case& c) { return einsum(c.get<std::string>("equation"), std::span<const Var>(c.in)); }},
      {"dot", binary_op(dot)},
      {"outer", binary_op(outer)},
      {"cosine_similarity",
       [](const Case& c) {
         return cosine_similarity(c.in.at(0), c.in.at(1), c.get("axis", -1), c.get("epsilon", real(1e-8)));
       }},
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
  } else if (name == "rmsprop") {
    optimizer = std::make_unique<RmsProp>(std::vector{&weight}, RmsPropOptions{.lr = lr,
                                                                               .alpha = settings.at("alpha"),
                                                                               .epsilon = settings.at("epsilon"),
                                                                               .weight_decay = decay,
                                                                               .momentum = settings.at("momentum"),
                                                                               .centered = settings.at("centered")});
  } else if (name == "adagrad") {
    optimizer =
        std::make_unique<Adagrad>(std::vector{&weight}, AdagradOptions{.lr = lr,
                                                                       .lr_decay = settings.at("lr_decay"),
                                                                       .weight_decay = decay,
                                                                       .initial_sum = settings.at("initial_sum"),
                                                                       .epsilon = settings.at("epsilon")});
  } else {
    const double beta1 = settings.value("beta1", 0.9), beta2 = settings.value("beta2", 0.999);
    const double epsilon = settings.value("epsilon", 1e-8);
    const bool amsgrad = settings.at("amsgrad");
    if (name == "adam")
      optimizer = std::make_unique<Adam>(std::vector{&weight}, AdamOptions{lr, beta1, beta2, epsilon, decay, amsgrad});
    else
      optimizer =
          std::make_unique<AdamW>(std::vector{&weight}, AdamWOptions{lr, beta1, beta2, epsilon, decay, amsgrad});
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

// Input: where x begins. Answer: x after each step, of which each makes one iteration on Rosenbrock's valley.
Tensor lbfgs(const Json& settings, const std::vector<Tensor>& in) {
  Parameter x("x", in.at(0));
  Lbfgs optimizer(
      {&x}, {.lr = settings.at("lr"), .max_iterations = 1, .max_evaluations = 1000, .history = settings.at("history")});
  const std::int64_t n = x.value().size(), steps = settings.at("steps");
  Tensor path(Shape{steps, n});
  for (std::int64_t step = 0; step < steps; ++step) {
    optimizer.step([&](Tape& tape) {
      const Var all = tape.parameter(x), here = slice(all, 0, 0, n - 1), next = slice(all, 0, 1, n);
      return sum(100 * square(next - square(here)) + square(1 - here));
    });
    std::copy_n(x.value().data(), n, path.data() + step * n);
  }
  return path;
}

// Inputs: the values of a parameter over time. Answer: its average after each.
Tensor averages(const Json& settings, const std::vector<Tensor>& in) {
  const std::int64_t steps = in.at(0).shape()[0], size = in[0].size() / steps;
  Parameter x("x", Tensor(Shape{size}));
  Ema ema({&x}, {.decay = settings.value("decay", 0.5)});
  Swa swa({&x});
  ParameterAverage& average = settings.at("op") == "ema" ? static_cast<ParameterAverage&>(ema) : swa;
  Tensor path(in[0].shape());
  for (std::int64_t step = 0; step < steps; ++step) {
    std::copy_n(in[0].data() + step * size, size, x.mutable_value().data());
    average.update();
    const auto averaged = average.swap_in();
    std::copy_n(x.value().data(), size, path.data() + step * size);
  }
  return path;
}

// Input: measurements. Answer: the rate after each.
Tensor plateau(const Json& settings, const std::vector<Tensor>& in) {
  Plateau schedule({.rate = settings.at("rate"),
                    .factor = settings.at("factor"),
                    .patience = settings.at("patience"),
                    .threshold = settings.at("threshold"),
                    .cooldown = settings.at("cooldown"),
                    .min_rate = settings.at("min_rate"),
                    .maximise = settings.at("maximise")});
  Tensor out(in.at(0).shape());
  for (std::int64_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<real>(schedule.update(static_cast<double>(in[0][i])));
  return out;
}

// Rates at the times 0 … times − 1.
Tensor rates(const Json& settings, const std::vector<Tensor>&) {
  const double rate = settings.at("rate"), factor = settings.value("factor", 1.0);
  const std::string name = settings.at("op");
  Schedule schedule = ConstantSchedule{rate};
  if (name == "step_schedule") schedule = StepSchedule{rate, settings.at("every"), factor};
  if (name == "multi_step_schedule") schedule = MultiStepSchedule{rate, settings.at("milestones"), factor};
  if (name == "exponential_schedule") schedule = ExponentialSchedule{rate, factor};
  if (name == "cosine_schedule") schedule = CosineSchedule{rate, settings.at("length"), settings.at("end")};
  if (name == "one_cycle_schedule")
    schedule = OneCycleSchedule{rate, settings.at("length"), settings.at("rise"), settings.at("start_divisor"),
                                settings.at("end_divisor")};
  if (name == "warm_up_schedule")
    schedule = WarmUpSchedule{settings.at("length"), ExponentialSchedule{rate, factor}, settings.at("start_factor")};
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
      {"rmsprop", trajectory},
      {"adagrad", trajectory},
      {"lbfgs", lbfgs},
      {"ema", averages},
      {"swa", averages},
      {"plateau", plateau},
      {"constant_schedule", rates},
      {"step_schedule", rates},
      {"multi_step_schedule", rates},
      {"exponential_schedule", rates},
      {"cosine_schedule", rates},
      {"one_cycle_schedule", rates},
      {"warm_up_schedule", rates},
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
