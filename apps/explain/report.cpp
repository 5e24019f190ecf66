#include <cotape/apps/common/report/curves.h>
#include <cotape/apps/common/report/palette.h>
#include <cotape/apps/common/report/raster.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/explain/marked_text.h>
#include <cotape/apps/explain/report.h>
#include <cotape/engine/base/file.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace cotape::app {
namespace {

constexpr std::int64_t shown_texts = 12;
constexpr std::size_t shown_words = 24;

constexpr Color text_color = palette::ink;
constexpr Color ground_color = {226, 229, 232, 255};
constexpr Color middle_color = {158, 163, 168, 255};
constexpr Color low_color = palette::red;
constexpr Color high_color = palette::blue;

// The first texts of a set; of sorted files, some of its beginning, middle and end.
std::vector<std::int64_t> some_of(const TextSet& set) {
  std::vector<std::int64_t> indices;
  const std::int64_t count = std::min(set.count, shown_texts);
  for (std::int64_t i = 0; i < count; ++i) indices.push_back(i * set.count / count);
  return indices;
}

// What the texts' marked words are.
std::string marks_of(const ExplainData& data) {
  if (data.rationales.count > 0) return "marked by people";
  return data.test.marked.empty() ? "" : "planted";
}

// From red for texts of at most 3 points over grey to blue for 8 and more.
Color color_of(double rating) {
  const double at = std::clamp((rating - 5.5) / 2.5, -1.0, 1.0);
  const Color& end = at < 0 ? low_color : high_color;
  Color color = middle_color;
  for (std::size_t i = 0; i < 3; ++i)
    color[i] = static_cast<std::uint8_t>((1 - std::abs(at)) * middle_color[i] + std::abs(at) * end[i]);
  return color;
}

// A row for each word: how often it is chosen where it is there, as a bar in the colour of these texts' mean rating.
Image draw_words(const std::vector<OftenChosen>& words) {
  constexpr int line = 44, left = 240, bar = 640, right = 330, margin = 24, title = 60;
  Raster raster(title + margin + line * static_cast<int>(std::max<std::size_t>(1, words.size())),
                left + bar + right + margin);
  const auto say = [&](double x, double y, const std::string& text, Anchor anchor) {
    raster.text({.at = {x, y}, .text = text, .size = 20, .anchor = anchor, .ink = ink_text}, text_color);
  };
  say(left, 36, "chosen where it is there", Anchor::start);
  say(left + bar + 16, 36, "times, mean rating", Anchor::start);
  double y = title;
  for (const OftenChosen& word : words) {
    const double share = static_cast<double>(word.chosen) / static_cast<double>(word.there);
    const auto fill = [&](double width, Color ink) {
      raster.area({{left, y + 8}, {left + width, y + 8}, {left + width, y + line - 8}, {left, y + line - 8}}, ink, 1);
    };
    fill(bar, ground_color);
    fill(std::max(2.0, bar * share), color_of(word.rating));
    say(left - 14, y + line - 15, word.word, Anchor::end);
    say(left + bar + 16, y + line - 15, std::to_string(word.chosen) + ", " + decimals(word.rating, 1), Anchor::start);
    y += line;
  }
  return raster.image();
}

// What the model makes of some texts of a set, in their order.
std::vector<MarkedText> look_at(Explainer& model, const TextSet& set, Tape& tape) {
  const std::vector<std::int64_t> wanted = some_of(set);
  std::map<std::int64_t, MarkedText> found;
  evaluate(model, set, tape, [&](std::int64_t index, real rating, std::span<const real> choice) {
    if (std::find(wanted.begin(), wanted.end(), index) != wanted.end())
      found.try_emplace(index, set.documents[static_cast<std::size_t>(index)], set.length, choice,
                        10 * static_cast<double>(rating));
  });
  std::vector<MarkedText> texts;
  for (auto& [index, text] : found) texts.push_back(std::move(text));
  return texts;
}

}  // namespace

void write_explain_report(const RunFolder& folder, Explainer& model, const ExplainData& data, const Metrics& metrics,
                          const Record& summary, const Record& config, Tape& tape) {
  write_png(folder.file("words.png"), draw_words(often_chosen(model, data.test, data.vocabulary, shown_words, tape)));
  Report report("Words that tell a rating",
                "One net scores every word of a text, a solver takes the k best, and a second net has to tell the "
                "rating from these words alone. Nobody shows the nets which words matter.");
  report.key_numbers(summary,
                     {"k", "test_mse", "test_accuracy", "word_precision", "random_precision", "best_epoch", "epochs"});
  report.section("Texts");
  const std::string marks = marks_of(data);
  std::vector<TextPiece> key_pieces = {{.text = "chosen by the net", .highlighted = true}};
  if (!marks.empty()) key_pieces.insert(key_pieces.end(), {{.text = ", "}, {.text = marks, .underlined = true}});
  key_pieces.insert(key_pieces.end(), {{.text = ", "}, {.text = "not read by the net", .pale = true}});
  report.passage("By the net of the epoch with the best validation loss", key_pieces);
  for (const MarkedText& text : look_at(model, data.judged() != nullptr ? *data.judged() : data.test, tape))
    report.passage(
        (text.document->label.empty() ? "rating " + decimals(text.document->rating, 1) : text.document->label) +
            ", predicted " + decimals(text.rating, 1),
        pieces_of(text));
  report.section("Words");
  report.picture(read_file(folder.file("words.png")),
                 "Words that are chosen most often in the test texts: the share of their occurrences that is chosen, "
                 "how often that is, and the mean rating of these texts (red: 3 points and less, blue: 8 and more).");
  report.section("Training");
  report.chart(curves(metrics, "Squared error of the rating", "100 (rating/10)²",
                      {{"train", "train_mse"}, {"validation", "val_mse"}, {"test", "test_mse"}}));
  report.chart(curves(metrics, "Right side of 5.5 points", "share of texts",
                      {{"validation", "val_accuracy"}, {"test", "test_accuracy"}}));
  if (data.judged() != nullptr) {
    report.chart(curves(metrics, "Chosen words that are marked", "share (precision)",
                        {{"chosen", "word_precision"}, {"at random", "random_precision"}}));
    report.chart(curves(metrics, "Marked words that are chosen", "share (recall)",
                        {{"chosen", "word_recall"}, {"at random", "random_recall"}}));
  }
  report.chart(solver_curves(metrics));
  write_report(folder, std::move(report), config);
}

}  // namespace cotape::app
