#pragma once
#include <string>
#include <vector>

// What is wrong with the tags of an XML or HTML text, "" if nothing: each tag is closed, in the right order; there is
// no bare & or <; attributes are quoted. `open_tags` need no end.
inline std::string markup_error(const std::string& text, const std::vector<std::string>& open_tags = {}) {
  std::vector<std::string> open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '&') {
      const std::size_t end = text.find(';', i);
      if (end == text.npos || end - i > 6) return "bare & at " + text.substr(i, 20);
    }
    if (text[i] == '>') return "bare > before " + text.substr(i, 20);
    if (text[i] != '<') continue;
    std::size_t end = i + 1;
    for (bool quoted = false; end < text.size() && (quoted || text[end] != '>'); ++end) {
      if (text[end] == '"') quoted = !quoted;
      if (text[end] == '<') return "< within the tag " + text.substr(i, 40);
    }
    if (end >= text.size()) return "tag without end: " + text.substr(i, 40);
    const std::string tag = text.substr(i + 1, end - i - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" \n/", 1));
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1)) return "unexpected <" + tag + ">";
      open.pop_back();
    } else if (tag[0] != '!' && tag.back() != '/') {
      bool needs_end = true;
      for (const std::string& other : open_tags) needs_end = needs_end && other != name;
      if (needs_end) open.push_back(name);
    }
    // The style sheet is not markup.
    if (name == "style") end = text.find("</style>", end) - 1;
    i = end;
  }
  return open.empty() ? "" : "never closed: " + open.back();
}
