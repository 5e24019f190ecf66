#include "seeds.h"

#include <cotape/data/formats/idx.h>
#include <cotape/data/formats/npy.h>
#include <cotape/data/formats/npz.h>
#include <cotape/data/formats/zip.h>
#include <cotape/data/pictures/image.h>
#include <cotape/nn/train/serialize.h>
#include <cotape/nn/train/value.h>

#include <functional>

#include "../temporary_folder.h"
#include "packing.h"
#include "readers.h"

using namespace cotape;

namespace {

using Seeds = std::vector<Seed>;

// What a function that writes a file writes.
template <class Array>
std::string written(void (*write)(const std::filesystem::path&, const Array&), const Array& array) {
  const TemporaryFolder folder;
  write(folder / "file", array);
  return folder.get("file");
}

std::string npy(const Shape& shape, NpyArray::Values values) {
  return written<NpyArray>(write_npy, {shape, std::move(values)});
}

void add_arrays(Seeds& seeds) {
  const auto idx = [](const Shape& shape, IdxArray::Values values) {
    return written<IdxArray>(write_idx, {shape, std::move(values)});
  };
  const std::string images = idx({2, 2, 3}, std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255});
  seeds.push_back({"idx", "images", images});
  seeds.push_back({"idx", "images.gz", deflated(images, Wrapping::gzip)});
  seeds.push_back({"idx", "shorts", idx({3}, std::vector<std::int16_t>{-1, 256, 3})});
  seeds.push_back({"idx", "doubles", idx({2, 1}, std::vector<double>{0.5, -1e300})});
  seeds.push_back({"npy", "bytes", npy({2, 3}, std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6})});
  seeds.push_back({"npy", "halves", npy({2}, std::vector<Half>{Half(0.5F), Half(-3.0F)})});
  seeds.push_back({"npy", "scalar", npy({}, std::vector<float>{1.5F})});
  seeds.push_back({"npy", "empty", npy({2, 0, 3}, std::vector<std::int64_t>{})});
  const std::string doubles = npy({1, 2, 1}, std::vector<double>{1e-300, -2});
  seeds.push_back({"npy", "doubles", doubles});
  seeds.push_back({"npy", "doubles.gz", deflated(doubles, Wrapping::gzip)});
  const NpzArrays day = {{"weights", {{2}, std::vector<std::int64_t>{3, 5}}},
                         {"X_1gtrain", {{2, 2}, std::vector<double>{0, 1, 0, 3}}},
                         {"X_1gtest", {{2, 2}, std::vector<float>{1, 2, 1, -4}}},
                         {"y_train", {{2}, std::vector<double>{10, 20}}},
                         {"y_test", {{2}, std::vector<double>{50, 0}}}};
  seeds.push_back({"npz", "five_arrays", written<NpzArrays>(write_npz, day)});
  seeds.push_back({"npz", "empty", written<NpzArrays>(write_npz, {})});
  seeds.push_back({"energy_prices", "two_days", written<NpzArrays>(write_npz, day)});
  std::string image(1, 7);  // a label, then the colours of 32 × 32 pixels
  for (int i = 0; i < 3 * 32 * 32; ++i) image += static_cast<char>(i * 37);
  seeds.push_back({"cifar10", "one_image", image});
  seeds.push_back({"cifar10", "two_images.gz", deflated(image + image, Wrapping::gzip)});
  seeds.push_back({"warcraft", "one_map",
                   pack_files(npy({1, 8, 8, 3}, std::vector<std::uint8_t>(192, 7)),
                              npy({1, 1, 1}, std::vector<std::uint8_t>{1}), npy({1, 1, 1}, std::vector<float>{2.5F}))});
}

// A PNG of any colour type: rows of bytes, each behind its filter.
std::string png(int width, int height, int bits, int color_type, bool interlaced, const std::string& rows,
                const std::vector<PngChunk>& before = {}) {
  std::string header = {
      0, 0, 0, char(width), 0, 0, 0, char(height), char(bits), char(color_type), 0, 0, char(interlaced)};
  std::vector<PngChunk> chunks = {{"IHDR", header}};
  chunks.insert(chunks.end(), before.begin(), before.end());
  chunks.push_back({"IDAT", deflated(rows, Wrapping::zlib)});
  chunks.push_back({"IEND", ""});
  return join_png(chunks);
}

void add_pictures(Seeds& seeds) {
  for (const int channels : {1, 3, 4}) {
    Image image(5, 3, channels);
    for (std::size_t i = 0; i < image.bytes().size(); ++i) image.bytes()[i] = static_cast<std::uint8_t>(i * 37);
    seeds.push_back({"picture", "channels" + std::to_string(channels) + ".png", encode_png(image)});
  }
  ZipWriter archive("seed");
  archive.add("set/", "");
  archive.add("set/x/1.png", encode_png(Image(2, 3, 1, grey(200))));
  archive.add("set/y/z/1.png", encode_png(Image(1, 1, 4, {9, 8, 7, 100})));
  archive.add("set/y/readme", "text");
  const std::string two = archive.finish();
  for (const char* reader : {"zip", "picture_classes"}) seeds.push_back({reader, "two_pictures", two});
  seeds.push_back({"zip", "empty", archive.finish()});
  using namespace std::string_literals;
  const PngChunk palette = {"PLTE", "\1\2\3\4\5\6\7\10\11"};
  seeds.push_back({"picture", "palette.png", png(3, 2, 2, 3, false, "\0\x18\0\x24"s, {palette})});
  seeds.push_back({"picture", "palette_alpha.png", png(2, 1, 8, 3, false, "\0\1\2"s, {palette, {"tRNS", "\0\x80"s}})});
  seeds.push_back({"picture", "one_bit.png", png(9, 2, 1, 0, false, "\0\xaa\x80\2\x55\0"s)});
  seeds.push_back({"picture", "grey_alpha.png", png(2, 2, 8, 4, false, "\1\1\2\3\4\4\5\6\7\10"s)});
  seeds.push_back({"picture", "deep.png", png(1, 2, 16, 2, false, "\0\1\2\3\4\5\6\3\1\2\3\4\5\6"s)});
  seeds.push_back({"picture", "interlaced.png", png(2, 2, 8, 0, true, "\0\1\0\2\0\3\4"s)});
  seeds.push_back({"picture", "key_color.png", png(1, 1, 8, 2, false, "\0\xff\0\0"s, {{"tRNS", "\0\xff\0\0\0\0"s}})});
}

void add_problems(Seeds& seeds) {
  const std::string head = "NAME : seed\nCOMMENT : three cities\nTYPE : TSP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : ";
  for (const std::string type : {"EUC_2D", "MAN_2D", "MAX_2D", "CEIL_2D", "ATT", "GEO"})
    seeds.push_back({"tsplib", type, head + type + "\nNODE_COORD_SECTION\n1 0.5 2\n2 30 -4\n3 1e1 +6.25\nEOF\n"});
  for (const std::string type : {"EUC_3D", "MAN_3D", "MAX_3D"})
    seeds.push_back({"tsplib", type, head + type + "\nNODE_COORD_SECTION\n1 0.5 2 1\n2 30 -4 1\n3 10 6 0\nEOF\n"});
  const std::pair<std::string, std::string> matrices[] = {{"FULL_MATRIX", "0 1 2 1 0 3 2 3 0"},
                                                          {"UPPER_ROW", "1 2\n3"},
                                                          {"LOWER_DIAG_ROW", "0\n1 0\n2 3 0"},
                                                          {"UPPER_DIAG_ROW", "0 1 2 0 3 0"},
                                                          {"LOWER_ROW", "1 2 3"},
                                                          {"LOWER_COL", "1 2 3"},
                                                          {"UPPER_COL", "1 2 3"}};
  for (const auto& [format, numbers] : matrices)
    seeds.push_back({"tsplib", format,
                     head + "EXPLICIT\nEDGE_WEIGHT_FORMAT : " + format +
                         "\nDISPLAY_DATA_TYPE : TWOD_DISPLAY\nEDGE_WEIGHT_SECTION\n" + numbers +
                         "\nDISPLAY_DATA_SECTION\n1 0 0\n2 1 0\n3 0 1\nEOF\n"});
  const std::string assignment = "2\n 4 60\n-1.5 19\n";
  seeds.push_back({"orlib_assignment", "two_rows", assignment});
  seeds.push_back({"orlib_assignment", "two_rows.gz", deflated(assignment, Wrapping::gzip)});
  const std::string facilities = "2\n\n 0 1.5\n -2 0\n\n 0 1e1\r\n 3 0\n";
  seeds.push_back({"keypoints", "three", "1 2\n\n3.5\t4e1\r\n399 .5\n"});
  seeds.push_back({"qaplib", "two_facilities", facilities});
  seeds.push_back({"qaplib", "two_facilities.gz", deflated(facilities, Wrapping::gzip)});
}

void add_solver_problems(Seeds& seeds) {
  seeds.push_back({"knapsack", "three_items", "3 7\n10 5\n4.5 2\n7 4\n"});
  seeds.push_back({"knapsack", "with_solution", "2 1e2\r\n1 2\r\n3 4\r\n\r\n1 1"});
  seeds.push_back({"dimacs", "max_flow", "c a comment\np max 3 2\nn 1 s\nn 3 t\na 1 2 5\na 2 3 0.5\n"});
  seeds.push_back({"dimacs", "comments", "c\n\nc\r\np max 2 1\r\nn 2 t\r\nn 1 s\r\na 1 2 7\r\nc end"});
  const std::string fixed =
      "NAME          SEED\nROWS\n N  COST\n L  ROW 1\n E  ROW 2\n G  ROW 3\nCOLUMNS\n"
      "    X         COST               1.0   ROW 1              2.5\n"
      "    M1        'MARKER'                 'INTORG'\n"
      "    Y 1       ROW 2               -1   ROW 3              1e3\n"
      "    M1        'MARKER'                 'INTEND'\n"
      "    Z         COST                -2\n"
      "RHS\n    RHS       ROW 1                4   COST               -1\n"
      "RANGES\n    RNG       ROW 2               -2\n"
      "BOUNDS\n UP BND       X                 -1\n LO BND       Y 1                2\n BV BND       Z\nENDATA\n";
  std::string by_blanks = fixed;
  for (const std::string name : {"ROW ", "Y "})
    for (std::size_t at = 0; (at = by_blanks.find(name, at)) != by_blanks.npos;)
      by_blanks.replace(at, name.size(), name.substr(0, 1));
  seeds.push_back({"mps_fixed", "blanks", fixed});
  seeds.push_back({"mps", "small", by_blanks});
  seeds.push_back({"mps", "small.gz", deflated(by_blanks, Wrapping::gzip)});
  seeds.push_back(
      {"mps", "without_sets",
       "* a comment\r\nNAME\r\nOBJSENSE MAX\r\nROWS\r\n N a\r\n N b\r\n E c\r\nCOLUMNS\r\n x a 1 b 2\r\n x c 3\r\n"
       "RHS\r\n c 1\r\nBOUNDS\r\n FR x\r\n UI x 1e30\r\nENDATA\r\n"});
}

void add_tables(Seeds& seeds) {
  const std::string rankings = "2,2,3,height,width,cat,dog,emu\n0.5,-1e-1,1,2,3\r\n+2, 4,3,1,2\n\n";
  seeds.push_back({"rankings", "three_labels", rankings});
  seeds.push_back({"rankings", "three_labels.gz", deflated(rankings, Wrapping::gzip)});
  const std::string table = "height, width\n0.5,-1e-1\r\n+2, 4\n\n";
  seeds.push_back({"csv", "named", table});
  seeds.push_back({"csv", "plain", "1,2,3\n4,5,1e30\n"});
  seeds.push_back({"csv", "named.gz", deflated(table, Wrapping::gzip)});
  const std::string vectors = "3 2\nthe 0.5 -1e-1\nn\u00e9 +2\t4 \r\n</s> 0 1e30\n\n";
  seeds.push_back({"word2vec", "three_words", vectors});
  seeds.push_back({"word2vec", "three_words.gz", deflated(vectors, Wrapping::gzip)});
  const std::string reviews = "7\tpos/1\tIt isn\u2019t bad<br />at all.\r\n0.5\t\t\n10\ta\tna\xc3\xafve\t\xff!\n\n";
  seeds.push_back({"reviews", "three", reviews});
  seeds.push_back({"reviews", "three.gz", deflated(reviews, Wrapping::gzip)});
  const std::string annotations =
      R"({"annotation_id": "a", "classification": "POS", "docids": null, "evidences": [[{"docid": "a", "text": "x", )"
      R"("start_token": 1, "end_token": 2, "start_sentence": -1}], []]})"
      "\r\n"
      R"({"evidences": [], "query": [{"b": 1.5}], "annotation_id": "b", "classification": "NEG"})"
      "\n";
  seeds.push_back({"eraser", "two", pack_files(annotations, "good film .\n", "\xff bad\n")});
  seeds.push_back(
      {"eraser", "two.gz", pack_files(deflated(annotations, Wrapping::gzip), "a b", deflated("c", Wrapping::gzip))});
  seeds.push_back({"capitals", "three",
                   "iso2,country,capital,lat,lon,un_member\n# a comment\nDE,Germany,Berlin,52.52437,13.41053,1\n"
                   "US,\"United States\",\"Washington, \"\"D.C.\"\"\",38.9,-77.0,1\n\nGL,Greenland,Nuuk,64,-51.7,0\n"});
  seeds.push_back({"metrics", "two_epochs", "epoch,loss,seconds\n1,0.5,1.25\n2,nan,2e-07\n"});
  const Record config = {{"seed", 1}, {"lr", 0.5}, {"rule", "identity"}, {"resumed", false}, {"epochs", 7}};
  seeds.push_back({"config", "same", to_json(config)});
  seeds.push_back({"config", "another", R"({"seed": 2, "lr": 5e-1, "more": [{"x": null}, "\u00e9\n"]})"});
}

void add_checkpoints(Seeds& seeds) {
  Checkpoint checkpoint;
  checkpoint.put("weight", Tensor(Shape{2, 3}, {1, 2, 3, 4, 5, 6}));
  checkpoint.put_number("sum", 0.1);
  checkpoint.put_integer("epoch", -3);
  checkpoint.put("rng", Rng(7));
  checkpoint.put_text("rule", "identity");
  seeds.push_back({"safetensors", "own", to_safetensors(checkpoint)});
  const auto foreign = [](std::string header, const std::string& numbers) {
    header.resize((header.size() + 7) / 8 * 8, ' ');
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(header.size() & 255);
    bytes[1] = static_cast<char>(header.size() >> 8);
    return bytes + header + numbers;
  };
  seeds.push_back({"safetensors", "foreign",
                   foreign(R"({"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
                           R"("b":{"dtype":"I64","shape":[],"data_offsets":[8,16]},"__metadata__":{"format":"pt"}})",
                           "\1\2\3\4\5\6\7\10ABCDEFGH")});
  seeds.push_back({"safetensors", "empty", foreign("{}", "")});
  seeds.push_back({"safetensors", "sixteen_bits",
                   foreign(R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},)"
                           R"("b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]}})",
                           "\1\2\3\4\5\6")});
}

// One of each question, and of each kind of problem.
void add_requests(Seeds& seeds) {
  const auto look = [&](const char* name, const std::string& problem, const std::string& more) {
    seeds.push_back({"playground", name, R"({"ask":"look","state":{"problem":")" + problem + "\"," + more + "}}"});
  };
  look("grid", "grid", R"("height":2,"width":2,"x":[0,1,0.5,2],"wanted":[1,0,0,1],"line":true,"rules":["blackbox"])");
  look("fenchel_young", "grid",
       R"("height":2,"width":2,"x":[0,1,0.5,2],"wanted":[1,0,0,1],"loss":"fenchel_young","settings":{"samples":2})");
  look("regret", "assignment",
       R"("height":2,"width":2,"x":[0,1,0.5,2],"wanted":[1,0,0,1],"truth":[1,0,2,1],"loss":"regret")");
  look("top_k", "top_k",
       R"("n":3,"k":1,"x":[0,1,0.5],"projection":"standardize","settings":{"samples":2,"noise":"normal"})");
  look("ranking", "ranking", R"("n":3,"x":[0,1,0.5],"loss":"l1","margin":"noise","alpha":0.1)");
  look("tour", "tour", R"("n":4,"x":[0,0,0,1,1,1,1,0.5],"rules":["perturbed","aimle"])");
  look("assignment", "assignment", R"("height":2,"width":2,"x":[0,1,0.5,2],"margin":"informed","alpha":1)");
  look("spanning_tree", "spanning_tree", R"("n":3,"x":[0,0,0,1,1,1])");
  look("knapsack", "knapsack", R"("n":2,"x":[1,2],"weights":[3,1],"capacity":3)");
  look("min_cut", "min_cut", R"("n":3,"x":[1,2,1],"edges":[0,1,1,2,0,2],"positions":[0,0,1,1,2,0])");
  const std::string top = R"("state":{"problem":"top_k","n":3,"k":1,"x":[0,1,0.5],"wanted":[1,0,0],"rule":"aimle"})";
  seeds.push_back({"playground", "table", R"({"ask":"table",)" + top + "}"});
  seeds.push_back({"playground", "wanted", R"({"ask":"wanted","clicked":2,)" + top + "}"});
  seeds.push_back({"playground", "descend", R"({"ask":"descend","steps":2,"at":1,"learned":{"alpha":1},)" + top + "}"});
  seeds.push_back(
      {"playground", "race", R"({"ask":"race","steps":1,"variants":[{"rate":1},{"loss":"l2"}],)" + top + "}"});
  seeds.push_back({"playground", "program", R"({"ask":"program",)" + top + "}"});
  seeds.push_back({"playground", "net", R"({"ask":"net","points":[0,0,1,1,1,0],"hidden":[2],"steps":1})"});
  seeds.push_back({"playground", "tape", R"({"ask":"tape","points":[0,0,1],"hidden":[],"activation":"tanh"})"});
}

}  // namespace

std::vector<Seed> seeds() {
  Seeds all;
  add_arrays(all);
  add_pictures(all);
  add_problems(all);
  add_solver_problems(all);
  add_tables(all);
  add_checkpoints(all);
  add_requests(all);
  return all;
}
