#include <cotape/apps/explain/evaluation.h>

#include <algorithm>
#include <numeric>

namespace cotape::app {
namespace {

constexpr std::int64_t words_at_once = 35'000;  // of a batch
constexpr real middle = real(0.55);             // between 1 and 10 points

WordShares shares_of(double both, double chosen, double marked) {
  return {chosen > 0 ? both / chosen : 0, both / marked, 2 * both / (chosen + marked)};
}

void add_to(WordShares& sum, const WordShares& one) {
  sum.precision += one.precision;
  sum.recall += one.recall;
  sum.f1 += one.f1;
}

}  // namespace

void WordScore::add(std::int64_t words, std::int64_t chosen, std::int64_t marked, std::int64_t both) {
  if (marked == 0) return;
  const auto number = [](std::int64_t n) { return static_cast<double>(n); };
  ++texts;
  add_to(sum_, shares_of(number(both), number(chosen), number(marked)));
  add_to(random_, shares_of(number(chosen) * number(marked) / number(words), number(chosen), number(marked)));
}

WordShares WordScore::mean(const WordShares& sum) const {
  if (texts == 0) return {};
  return {sum.precision / texts, sum.recall / texts, sum.f1 / texts};
}

ExplainScore evaluate(Explainer& model, const TextSet& set, Tape& tape, const SeenText& see) {
  ExplainScore score;
  const BestWords best(set.length);
  std::vector<std::int64_t> numbers;
  // Texts of one length together, so that little padding is computed.
  std::vector<std::int64_t> order(static_cast<std::size_t>(set.count));
  std::iota(order.begin(), order.end(), 0);
  set.sort_by_length(order);
  const std::int64_t at_once = std::clamp<std::int64_t>(words_at_once / set.length, 1, 1000);
  model.eval();
  for (std::int64_t begin = 0; begin < set.count; begin += at_once) {
    const std::span<const std::int64_t> indices = std::span(order).subspan(
        static_cast<std::size_t>(begin), static_cast<std::size_t>(std::min(at_once, set.count - begin)));
    const std::int64_t n = set.fill(indices, numbers);
    tape.clear();
    const Var vectors = model.embed(tape, numbers, n);
    const Var choices = best(model.score(vectors), set.subsets.select(indices));
    const Tensor &ratings = model.rate(vectors, choices).value(), &chosen = choices.value();
    for (std::size_t b = 0; b < indices.size(); ++b) {
      const std::int64_t index = indices[b];
      const std::span<const real> choice =
          chosen.values().subspan(b * static_cast<std::size_t>(set.length), static_cast<std::size_t>(set.length));
      const real rating = ratings.data()[b], truth = set.ratings[static_cast<std::size_t>(index)];
      ++score.texts;
      score.squares += static_cast<double>((rating - truth) * (rating - truth));
      score.right += (rating > middle) == (truth > middle) ? 1 : 0;
      if (!set.marked.empty()) {
        const std::span marks(set.marked.data() + index * set.length, static_cast<std::size_t>(set.length));
        std::int64_t both = 0, all = 0;
        for (std::size_t i = 0; i < choice.size(); ++i) {
          both += choice[i] != 0 && marks[i] != 0;
          all += choice[i] != 0;
        }
        score.words.add(set.words[static_cast<std::size_t>(index)], all, std::count(marks.begin(), marks.end(), 1),
                        both);
      }
      if (see) see(index, rating, choice);
    }
  }
  model.train();
  return score;
}

std::vector<OftenChosen> often_chosen(Explainer& model, const TextSet& set, const Vocabulary& vocabulary,
                                      std::size_t most, Tape& tape) {
  std::vector<OftenChosen> words(static_cast<std::size_t>(vocabulary.size()));
  evaluate(model, set, tape, [&](std::int64_t index, real, std::span<const real> choice) {
    for (std::size_t i = 0; i < choice.size(); ++i) {
      OftenChosen& word =
          words[static_cast<std::size_t>(set.numbers[static_cast<std::size_t>(index * set.length) + i])];
      ++word.there;
      if (choice[i] == 0) continue;
      ++word.chosen;
      word.rating += 10 * static_cast<double>(set.ratings[static_cast<std::size_t>(index)]);
    }
  });
  for (std::size_t i = 0; i < vocabulary.words().size(); ++i)
    words[i + Vocabulary::first_word].word = vocabulary.words()[i];
  words.erase(words.begin(), words.begin() + Vocabulary::first_word);
  std::erase_if(words, [](const OftenChosen& word) { return word.chosen == 0; });
  std::stable_sort(words.begin(), words.end(),
                   [](const OftenChosen& a, const OftenChosen& b) { return a.chosen > b.chosen; });
  words.resize(std::min(most, words.size()));
  for (OftenChosen& word : words) word.rating /= static_cast<double>(word.chosen);
  return words;
}

}  // namespace cotape::app
