#include <cotape/engine/inspect/inspection.h>
#include <cotape/engine/inspect/inspection_page.h>

#include <string_view>

namespace cotape {
inline namespace COTAPE_PRECISION {

std::string to_html(const Inspection& inspection) {
  const std::string page = inspection_page();
  const std::size_t place = page.find(inspection_data);
  const std::string json = to_json(inspection);
  std::string html;
  html.reserve(page.size() + json.size() + json.size() / 64);
  html.append(page, 0, place);
  for (const char c : json) {  // "</script>" and "<!--" in a name must not end the script
    if (c == '<')
      html += "\\u003c";
    else
      html += c;
  }
  html.append(page, place + std::string_view(inspection_data).size());
  return html;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
