#include <cotape/apps/common/train/options.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/explain/evaluation.h>
#include <cotape/apps/explain/marked_text.h>
#include <cotape/apps/explain/predict.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/nn/train/run_folder.h>
#include <cotape/nn/train/serialize.h>
#include <cotape/nn/train/value.h>

#include <unistd.h>

#include <iostream>

namespace cotape::app {
namespace {

constexpr std::uint64_t max_text_bytes = std::uint64_t{1} << 24;

Vocabulary vocabulary_of(const Checkpoint& checkpoint, std::int64_t words) {
  const auto wrong = [&](const auto&... parts) { fail<FileError>(checkpoint.source(), ": ", parts...); };
  Vocabulary vocabulary;
  try {
    vocabulary = Vocabulary::from_text(checkpoint.text("vocabulary"));
  } catch (const ValueError& error) {
    wrong(error.what());
  }
  if (vocabulary.size() != words) wrong(vocabulary.size(), " words for ", words, " rows of the net");
  return vocabulary;
}

}  // namespace

CommandLine ExplainPredictOptions::add_to(CommandLine& line) {
  CommandLine predict = line.add_subcommand("predict", "The words of a text that tell its rating, by a trained net");
  predict.add("--checkpoint", checkpoint, "checkpoint.safetensors of a run");
  predict.require("--checkpoint");
  CommandLine source = predict.add_choice("text");
  source.add("--text", text, "The text");
  source.add("--file", file, "File with the text, at most 16 MiB");
  predict.add("--k", k, "Words to choose; 0: as many as in training", between(0, 10000));
  predict.add("--out", out, "Folder for prediction.html and prediction.json");
  predict.add("--threads", threads, "Threads that work; 0: all", between(0, 1024));
  return predict;
}

void predict_text(const ExplainPredictOptions& options) {
  const Checkpoint checkpoint = load_checkpoint(options.checkpoint);
  ExplainNetSettings settings = ExplainNetSettings::load(checkpoint);
  const Vocabulary vocabulary = vocabulary_of(checkpoint, settings.words);
  // Before memory is allocated for these sizes.
  checkpoint.require("best.embedding.", {{"weight", Shape{settings.words, settings.width}}});
  if (options.k != 0) settings.k = options.k;
  Rng rng(1);
  Explainer net(settings, {}, rng);
  net.load(checkpoint, "best.");

  Document document{options.file.empty() ? options.text : read_file(options.file, max_text_bytes), 0, {}, {}};
  if (read_words(document.text, settings.length).empty()) fail<ValueError>("predict: the text has no words");
  const TextSet set({document}, vocabulary, settings.length, settings.k, false);
  Tape tape(Gradients::off);
  std::vector<MarkedText> texts;
  std::int64_t unknown = 0;
  evaluate(net, set, tape, [&](std::int64_t, real rating, std::span<const real> choice) {
    texts.emplace_back(set.documents[0], settings.length, choice, 10 * static_cast<double>(rating));
  });
  for (const std::int64_t number : set.numbers) unknown += number == Vocabulary::unknown;
  const MarkedText& found = texts.front();

  create_folder(options.out);
  Report page("Words that tell a rating", "Predicted: " + decimals(found.rating, 1) + " of 10 points.");
  page.passage("The words that the net chose", pieces_of(found));
  page.write(options.out / "prediction.html");
  const Record record = {{"app", "explain"},         {"checkpoint", options.checkpoint.string()},
                         {"rating", found.rating},   {"words", std::ssize(found.words)},
                         {"unknown_words", unknown}, {"chosen", found.chosen_words()}};
  write_file(options.out / "prediction.json", to_json(record));
  std::cout << terminal_text(found, isatty(STDOUT_FILENO) != 0) << "\n\nrating " << decimals(found.rating, 1)
            << " of 10, from: " << found.chosen_words() << "; see " << options.out.string() << '\n';
}

}  // namespace cotape::app
