#include <cotape/apps/retrieval/data.h>
#include <cotape/apps/retrieval/net.h>
#include <cotape/data/sets/mnist.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace cotape::app {
namespace {

constexpr const char* fashion = "fashion-mnist";
const std::vector<std::string> fashion_classes = {"T-shirt", "Trouser", "Pullover", "Dress", "Coat",
                                                  "Sandal",  "Shirt",   "Sneaker",  "Bag",   "Boot"};
const std::vector<std::string> fashion_searched = {"Pullover", "Coat", "Shirt"};  // much alike

PictureClasses load_fashion(MnistPart part) {
  ImageSet images = load_mnist(find_mnist(fashion), part);
  if (images.shape[1] != picture_side || images.shape[2] != picture_side)
    fail<FileError>(fashion, ": pictures ", images.shape, ", not of 28 × 28 pixels");
  PictureClasses set;
  set.side = picture_side;
  set.pixels = std::move(images.images);
  set.classes.assign(images.labels.begin(), images.labels.end());
  set.class_names = set.group_names = fashion_classes;
  set.groups.resize(fashion_classes.size());
  std::iota(set.groups.begin(), set.groups.end(), std::int64_t{0});
  return set;
}

// The last third by name.
std::vector<std::string> last_groups(const PictureClasses& set) {
  const auto searched = static_cast<std::ptrdiff_t>((set.group_names.size() + 2) / 3);
  return {set.group_names.end() - searched, set.group_names.end()};
}

// Those of the set's classes that have two pictures at least; only they can be found again.
std::int64_t classes_to_find(const PictureClasses& set) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(set.class_count()));
  for (const std::int64_t of : set.classes) ++counts[static_cast<std::size_t>(of)];
  return std::count_if(counts.begin(), counts.end(), [](std::int64_t count) { return count > 1; });
}

template <class Row>
void for_rows(std::span<const std::int64_t> indices, const PictureClasses& set, const Tensor& out, const Row& row) {
  if (out.shape() != Shape{std::ssize(indices), set.side, set.side, 1})
    fail<ShapeError>("pictures: ", out.shape(), " for ", indices.size(), " of ", set.side, " × ", set.side, " pixels");
  parallel_for(std::ssize(indices), 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) row(b, set.picture(indices[static_cast<std::size_t>(b)]));
  });
}

}  // namespace

RetrievalData load_retrieval_data(const RetrievalOptions& options) {
  RetrievalData data;
  const std::string& source = options.common.data;
  if (source == fashion && options.test_data.empty()) {
    const std::vector<std::string>& searched = options.test_groups.empty() ? fashion_searched : options.test_groups;
    data.train = split_groups(load_fashion(MnistPart::train), searched).first;
    data.test = split_groups(load_fashion(MnistPart::test), searched).second;
  } else {
    PictureClasses all =
        source == fashion ? load_fashion(MnistPart::train) : read_picture_classes(source, picture_side);
    if (!options.test_data.empty()) {
      data.train = std::move(all);
      data.test = read_picture_classes(options.test_data, picture_side);
    } else {
      std::tie(data.train, data.test) =
          split_groups(all, options.test_groups.empty() ? last_groups(all) : options.test_groups);
    }
  }
  if (classes_to_find(data.test) < 2)
    fail<ValueError>("of the ", data.test.class_count(), " classes to search there must be two with two pictures each");
  if (options.turned_classes) data.train = with_turned_classes(data.train);
  return data;
}

PictureClasses with_turned_classes(const PictureClasses& set) {
  PictureClasses all = set;
  const auto side = static_cast<std::size_t>(set.side);
  for (int quarters = 1; quarters <= 3; ++quarters) {
    const std::string suffix = ", turned by " + std::to_string(90 * quarters);
    for (std::size_t c = 0; c < set.class_names.size(); ++c) {
      all.class_names.push_back(set.class_names[c] + suffix);
      all.groups.push_back(set.groups[c]);
    }
    for (std::int64_t i = 0; i < set.count(); ++i) {
      all.classes.push_back(set.classes[static_cast<std::size_t>(i)] + quarters * set.class_count());
      const auto picture = set.picture(i);
      for (std::size_t y = 0; y < side; ++y)
        for (std::size_t x = 0; x < side; ++x) {
          std::size_t from_y = y, from_x = x;
          for (int q = 0; q < quarters; ++q) std::tie(from_y, from_x) = std::pair(from_x, side - 1 - from_y);
          all.pixels.push_back(picture[from_y * side + from_x]);
        }
    }
  }
  return all;
}

ClassBatches::ClassBatches(std::span<const std::int64_t> classes, std::int64_t batch, std::int64_t per_class, Rng rng)
    : batch_(batch), per_class_(per_class), rng_(std::move(rng)) {
  if (per_class < 1 || batch < per_class || batch % per_class != 0)
    fail<ValueError>("batches of ", batch, " pictures in groups of ", per_class);
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto of = static_cast<std::size_t>(classes[i]);
    if (of >= pictures_.size()) pictures_.resize(of + 1);
    pictures_[of].push_back(static_cast<std::int64_t>(i));
  }
  std::int64_t groups = 0;
  for (const auto& pictures : pictures_) groups += std::ssize(pictures) / per_class;
  batches_ = groups / (batch / per_class);
  if (batches_ == 0)
    fail<ValueError>(classes.size(), " pictures of ", pictures_.size(), " classes are ", groups, " groups of ",
                     per_class, "; a batch of ", batch, " needs ", batch / per_class);
}

std::span<const std::int64_t> ClassBatches::indices(std::int64_t epoch, std::int64_t batch) {
  if (batch < 0 || batch >= batches_ || epoch < 0)
    fail<ValueError>("ClassBatches: batch ", batch, " of epoch ", epoch, "; there are ", batches_);
  if (epoch != epoch_) {
    const Rng drawn = rng_.split(static_cast<std::uint64_t>(epoch));
    std::vector<std::int64_t> groups;  // one after the other
    for (std::size_t c = 0; c < pictures_.size(); ++c) {
      const std::vector<std::int64_t>& pictures = pictures_[c];
      const auto places = random_permutation(std::ssize(pictures), drawn.split(c + 1));
      const std::int64_t taken = std::ssize(pictures) / per_class_ * per_class_;
      for (std::int64_t i = 0; i < taken; ++i)
        groups.push_back(pictures[static_cast<std::size_t>(places[static_cast<std::size_t>(i)])]);
    }
    order_.clear();
    for (const std::int64_t group : random_permutation(std::ssize(groups) / per_class_, drawn.split(0)))
      order_.insert(order_.end(), groups.begin() + group * per_class_, groups.begin() + (group + 1) * per_class_);
    epoch_ = epoch;
  }
  return std::span(order_).subspan(static_cast<std::size_t>(batch * batch_), static_cast<std::size_t>(batch_));
}

void fill_pictures(const PictureClasses& set, std::span<const std::int64_t> indices, Tensor& out) {
  for_rows(indices, set, out, [&](std::int64_t b, std::span<const std::uint8_t> picture) {
    real* const row = out.data() + b * std::ssize(picture);
    for (std::size_t i = 0; i < picture.size(); ++i) row[i] = static_cast<real>(picture[i]) / 255;
  });
}

void fill_moved_pictures(const PictureClasses& set, std::span<const std::int64_t> indices, std::int64_t first,
                         const Moves& moves, const Rng& rng, Tensor& out) {
  const std::int64_t side = set.side;
  for_rows(indices, set, out, [&](std::int64_t b, std::span<const std::uint8_t> picture) {
    Rng own = rng.split(static_cast<std::uint64_t>(first + b));
    const auto drawn = [&](double reach) { return static_cast<real>(reach) * (2 * own.uniform() - 1); };
    const real down = drawn(moves.shift), right = drawn(moves.shift),
               angle = drawn(moves.degrees * std::numbers::pi / 180);
    const real cosine = std::cos(angle), sine = std::sin(angle), middle = static_cast<real>(side - 1) / 2;
    const auto level = [&](std::int64_t y, std::int64_t x) {
      const bool inside = y >= 0 && y < side && x >= 0 && x < side;
      return inside ? static_cast<real>(picture[static_cast<std::size_t>(y * side + x)]) : real(0);
    };
    real* to = out.data() + b * side * side;
    for (std::int64_t y = 0; y < side; ++y)
      for (std::int64_t x = 0; x < side; ++x) {
        // Where this pixel was before the picture was turned and moved.
        const real v = static_cast<real>(y) - middle - down, u = static_cast<real>(x) - middle - right;
        const real from_y = middle + cosine * v - sine * u, from_x = middle + sine * v + cosine * u;
        const real y0 = std::floor(from_y), x0 = std::floor(from_x), fy = from_y - y0, fx = from_x - x0;
        const auto i = static_cast<std::int64_t>(y0), j = static_cast<std::int64_t>(x0);
        const real above = (1 - fx) * level(i, j) + fx * level(i, j + 1);
        const real below = (1 - fx) * level(i + 1, j) + fx * level(i + 1, j + 1);
        *to++ = ((1 - fy) * above + fy * below) / 255;
      }
  });
}

}  // namespace cotape::app
