// A convolutional net that tells ten kinds of clothes apart: Fashion-MNIST, two epochs.
// Usage: fashion_cnn [FOLDER [IMAGES]], a folder with files in MNIST's format and how many images of it to train on
#include <cotape/cotape.h>

#include <iostream>
#include <string>

using namespace cotape;

constexpr std::int64_t batch_size = 64, epochs = 2;

double test_accuracy(Sequential& net, const Dataset& data) {
  ConfusionMatrix confusion(mnist_classes);
  Tape tape(Gradients::off);
  for (std::int64_t begin = 0; begin < data.size(); begin += 100) {
    tape.clear();
    const std::int64_t size = std::min<std::int64_t>(100, data.size() - begin);
    const Var x = tape.constant(Shape{size, 28, 28, 1}, [&](Tensor& pixels) { data.fill_range(begin, pixels); });
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < size; ++i) labels.push_back(data.label(begin + i));
    confusion.add(net(x).value(), labels);
  }
  return confusion.accuracy();
}

int main(int argc, char** argv) try {
  const auto folder = find_mnist(argc > 1 ? argv[1] : "fashion-mnist");
  Dataset train(load_mnist(folder, MnistPart::train));
  const Dataset test(load_mnist(folder, MnistPart::test));
  if (argc > 2) train = train.split(std::stoll(argv[2])).first;

  Rng rng(1);
  Sequential net;  // images are [batch, height, width, channels]; bias, ReLU and pooling are part of the convolution
  const Conv2dOptions same_size{.padding = Padding::same(3), .activation = Activation::relu, .max_pool = 2};
  net.emplace<Conv2d>("conv1", 1, 32, 3, same_size, rng);
  net.emplace<Conv2d>("conv2", 32, 64, 3, same_size, rng);
  net.emplace<Flatten>("flatten");
  net.emplace<Linear>("fc1", 7 * 7 * 64, 128, LinearOptions{.activation = Activation::relu}, rng);
  net.emplace<Linear>("fc2", 128, mnist_classes, LinearOptions{}, rng);

  Adam adam(net.parameters());
  TrainingStep training(adam);
  BatchOrder order(train.size(), batch_size, Rng(2));  // shuffled anew in every epoch
  const OneCycleSchedule rate{.max_rate = 3e-3, .length = epochs * order.batches()};
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
    double loss_sum = 0;
    for (std::int64_t batch = 0; batch < order.batches(); ++batch) {
      adam.set_learning_rate(rate(epoch * order.batches() + batch));
      const auto indices = order.indices(epoch, batch);
      std::vector<std::int64_t> labels;
      for (const std::int64_t i : indices) labels.push_back(train.label(i));
      const Var loss = training.run([&](Tape& tape) {
        const Var x = tape.constant(Shape{std::ssize(indices), 28, 28, 1},
                                    [&](Tensor& pixels) { train.fill_batch(indices, pixels); });
        return cross_entropy(net(x), labels);
      });
      loss_sum += loss.value().item();
    }
    net.eval();  // this net has no layer that cares; one with dropout or batch normalisation would
    std::cout << "epoch " << epoch + 1 << ": train loss " << loss_sum / static_cast<double>(order.batches())
              << ", test accuracy " << 100 * test_accuracy(net, test) << " %" << std::endl;
    net.train();
  }
} catch (const Error& error) {
  std::cerr << "fashion_cnn: " << error.what() << "\n";
  return 2;
}
