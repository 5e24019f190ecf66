#include <cotape/data/formats/input_file.h>
#include <cotape/data/sets/eraser.h>
#include <cotape/engine/base/text.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t max_annotations = std::uint64_t{1} << 30, max_document = std::uint64_t{1} << 26;

struct Span {
  std::optional<std::string> document;
  std::optional<std::int64_t> begin, end;
};
struct Annotation {
  std::optional<std::string> id, label;
  std::vector<Span> spans;
};

// Hears what the parser finds in a line and keeps what counts; whatever else there is, however deep, is passed over.
class AnnotationReader final : public nlohmann::json_sax<Json> {
 public:
  Annotation annotation;
  std::string fault;  // what is wrong; empty: nothing

  bool null() override { return fits(Kind::other, "null"); }
  bool boolean(bool) override { return fits(Kind::other, "a truth value"); }
  bool number_float(Json::number_float_t, const std::string&) override { return fits(Kind::other, "a fraction"); }
  bool binary(Json::binary_t&) override { return fits(Kind::other, "binary"); }
  bool number_integer(Json::number_integer_t number) override { return take_count(number); }
  bool number_unsigned(Json::number_unsigned_t number) override {
    return take_count(static_cast<std::int64_t>(std::min<std::uint64_t>(number, std::uint64_t{1} << 62)));
  }
  bool string(std::string& text) override {
    if (!fits(Kind::text, "a text")) return false;
    if (wanted() != Kind::text) return true;
    if (in_span()) return take(annotation.spans.back().document, text);
    return take(key_ == "annotation_id" ? annotation.id : annotation.label, text);
  }
  bool start_array(std::size_t) override { return open(Kind::list, "a list"); }
  bool start_object(std::size_t) override { return open(Kind::object, "an object"); }
  bool end_array() override { return close(); }
  bool end_object() override { return close(); }
  bool key(std::string& name) override {
    if (depth_ == 1) key_ = name;
    if (in_span()) span_key_ = name;
    if (depth_ == 1 && key_ == "evidences" && std::exchange(has_evidences_, true)) return wrong("evidences twice");
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    return wrong("no valid JSON at its byte " + std::to_string(position));
  }

 private:
  enum class Kind { any, text, number, list, object, other };

  // depth_ counts what is open: the line's object; then, of evidences, a list, a list, an object.
  bool in_span() const { return depth_ == 4 && key_ == "evidences"; }
  // What must stand here.
  Kind wanted() const {
    if (depth_ == 0) return Kind::object;
    if (depth_ == 1 && (key_ == "annotation_id" || key_ == "classification")) return Kind::text;
    if (in_span() && span_key_ == "docid") return Kind::text;
    if (in_span() && (span_key_ == "start_token" || span_key_ == "end_token")) return Kind::number;
    if (depth_ <= 3 && key_ == "evidences") return depth_ == 3 ? Kind::object : Kind::list;
    return Kind::any;
  }

  bool wrong(const std::string& what) {
    fault = what;
    return false;
  }
  bool fits(Kind kind, const char* name) {
    const Kind want = wanted();
    if (want == Kind::any || want == kind) return true;
    return wrong(std::string(name) + (depth_ == 0 ? " and no object" : " as " + (in_span() ? span_key_ : key_)));
  }
  template <class T>
  bool take(std::optional<T>& place, const T& found) {
    if (place) return wrong((in_span() ? span_key_ : key_) + " twice");
    place = found;
    return true;
  }
  bool take_count(std::int64_t number) {
    if (!fits(Kind::number, "a number")) return false;
    if (wanted() != Kind::number) return true;
    Span& span = annotation.spans.back();
    return take(span_key_ == "start_token" ? span.begin : span.end, number);
  }
  bool open(Kind kind, const char* name) {
    if (!fits(kind, name)) return false;
    ++depth_;
    if (in_span()) {
      annotation.spans.emplace_back();
      span_key_.clear();
    }
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }

  std::int64_t depth_ = 0;
  std::string key_, span_key_;
  bool has_evidences_ = false;
};

bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() < 256 && name[0] != '.' &&
         std::none_of(name.begin(), name.end(), [](char c) { return c == '/' || c == '\\' || c == '\0'; });
}

std::vector<std::string> read_tokens(const std::filesystem::path& path) {
  InputFile file(path);
  const std::string text = file.read_rest(max_document);
  constexpr std::string_view blanks = " \t\r\n\v\f";
  std::vector<std::string> tokens;
  for (std::size_t at = 0; (at = text.find_first_not_of(blanks, at)) != text.npos;) {
    const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
    tokens.push_back(text.substr(at, end - at));
    at = end;
  }
  return tokens;
}

std::filesystem::path annotations_of(const std::filesystem::path& folder, const std::string& split) {
  const std::filesystem::path plain = folder / (split + ".jsonl"), packed = folder / (split + ".jsonl.gz");
  std::error_code ignored;
  return !std::filesystem::exists(plain, ignored) && std::filesystem::exists(packed, ignored) ? packed : plain;
}

}  // namespace

std::vector<EraserDocument> read_eraser(const std::filesystem::path& folder, const std::string& split) {
  InputFile file(annotations_of(folder, split));
  const std::string text = file.read_rest(max_annotations);
  std::string_view rest = without_byte_order_mark(text);
  while (rest.ends_with('\n') || rest.ends_with('\r')) rest.remove_suffix(1);
  if (rest.empty()) fail<FileError>(file.name(), ": the file has no annotations");

  std::vector<EraserDocument> documents;
  for (std::int64_t number = 1; !rest.empty(); ++number) {
    const auto fail_here = [&](const auto&... parts) {
      fail<FileError>(file.name(), ": ", parts..., " (at line ", number, ")");
    };
    const std::string_view line = rest.substr(0, std::min(rest.find('\n'), rest.size()));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.find('\0') != line.npos) fail_here("the line has a NUL byte");  // the parser's end of a text
    AnnotationReader reader;
    if (!Json::sax_parse(line.begin(), line.end(), &reader)) fail_here("the line has ", reader.fault);
    const Annotation& found = reader.annotation;
    if (!found.id || !found.label) fail_here("the line has no ", found.id ? "classification" : "annotation_id");
    if (!is_plain_name(*found.id)) fail_here("the annotation_id \"", shown(*found.id), "\" is no name of a file");

    EraserDocument document{*found.id, *found.label, read_tokens(folder / "docs" / *found.id), {}};
    const std::int64_t tokens = std::ssize(document.tokens);
    document.marked.assign(document.tokens.size(), 0);
    for (const Span& span : found.spans) {
      if (!span.document || !span.begin || !span.end) fail_here("an evidence without docid, start_token or end_token");
      if (*span.document != *found.id)
        fail_here("an evidence in \"", shown(*span.document), "\", not in ", shown(*found.id));
      if (*span.begin < 0 || *span.begin > *span.end || *span.end > tokens)
        fail_here("the evidence [", *span.begin, ", ", *span.end, ") is no part of the ", tokens, " tokens of ",
                  shown(*found.id));
      std::fill(document.marked.begin() + *span.begin, document.marked.begin() + *span.end, std::uint8_t{1});
    }
    documents.push_back(std::move(document));
  }
  return documents;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
