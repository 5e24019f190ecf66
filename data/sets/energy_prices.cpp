#include <cotape/data/formats/npz.h>
#include <cotape/data/sets/energy_prices.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>

#include <cmath>
#include <string>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// An array of the file as numbers in double, of whatever type it is.
struct Numbers {
  std::string name;
  Shape shape;
  std::vector<double> values;
};

class File {
 public:
  explicit File(const std::filesystem::path& path) : name_(shown_path(path)), arrays_(read_npz(path)) {}

  Numbers read(const std::string& name, int axes) const {
    const NpyArray& array = array_named(arrays_, name, name_);
    if (array.shape.rank() != axes || array.shape.size() == 0)
      refuse(name, " has the shape ", array.shape, ", not one of ", axes, axes == 1 ? " axis" : " axes");
    Numbers numbers{name, array.shape, {}};
    std::visit(
        [&](const auto& values) {
          for (const auto value : values) {
            if constexpr (std::is_same_v<decltype(value), const Half>)
              numbers.values.push_back(static_cast<double>(static_cast<float>(value)));
            else
              numbers.values.push_back(static_cast<double>(value));
          }
        },
        array.values);
    for (const double value : numbers.values)
      if (!std::isfinite(value)) refuse(name, " holds a number that is not finite");
    return numbers;
  }

  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail<FileError>(name_, ": ", parts...);
  }

 private:
  std::string name_;
  NpzArrays arrays_;
};

// Mean and deviation of each column but the first.
struct Scale {
  std::vector<double> mean, deviation;
};
Scale scale_of(const Numbers& rows) {
  const auto count = static_cast<double>(rows.shape[0]);
  const std::int64_t columns = rows.shape[1];
  Scale scale;
  for (std::int64_t j = 1; j < columns; ++j) {
    double sum = 0, squares = 0;
    for (std::int64_t i = 0; i < rows.shape[0]; ++i) sum += rows.values[i * columns + j];
    const double mean = sum / count;
    for (std::int64_t i = 0; i < rows.shape[0]; ++i) squares += std::pow(rows.values[i * columns + j] - mean, 2);
    scale.mean.push_back(mean);
    scale.deviation.push_back(squares > 0 ? std::sqrt(squares / count) : 1);
  }
  return scale;
}

}  // namespace

EnergyPrices read_energy_prices(const std::filesystem::path& path) {
  const File file(path);
  Numbers weights = file.read("weights", 1);
  for (const double weight : weights.values)
    if (!(weight > 0)) file.refuse("weights holds ", weight, ", which is not positive");
  const std::int64_t items = weights.shape[0];
  const Numbers features[] = {file.read("X_1gtrain", 2), file.read("X_1gtest", 2)},
                prices[] = {file.read("y_train", 1), file.read("y_test", 1)};
  std::int64_t rows = 0;
  for (const int part : {0, 1}) {
    const Numbers &x = features[part], &y = prices[part];
    if (x.shape[0] != y.shape[0] || x.shape[0] % items != 0 || x.shape[1] != features[0].shape[1] || x.shape[1] < 2)
      file.refuse(x.name, " ", x.shape, " and ", y.name, " ", y.shape, " do not fit: ", items,
                  " rows for each day, and as many features in both parts, are wanted");
    rows += x.shape[0];
  }
  const std::int64_t columns = features[0].shape[1];
  const Scale scale = scale_of(features[0]);
  EnergyPrices read{std::move(weights.values), Tensor(Shape{rows / items, items, columns - 1}),
                    Tensor(Shape{rows / items, items})};
  std::int64_t at = 0, row = 0;
  for (const int part : {0, 1})
    for (std::int64_t i = 0; i < features[part].shape[0]; ++i, ++row) {
      for (std::int64_t j = 1; j < columns; ++j)
        read.features[at++] =
            static_cast<real>((features[part].values[i * columns + j] - scale.mean[j - 1]) / scale.deviation[j - 1]);
      read.prices[row] = static_cast<real>(prices[part].values[i]);
    }
  if (!read.features.finite() || !read.prices.finite()) file.refuse("a number is too large");
  return read;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
