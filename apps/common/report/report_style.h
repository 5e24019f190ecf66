#pragma once

namespace cotape::app {

// The style of a report, beside chart_style(), whose variables it uses.
inline constexpr const char* report_style = R"css(
:root { color-scheme: light dark; --page: #faf9f7; --card: #ffffff; --rule: #e3e0da; --accent: var(--series-0); --highlight: #ffd75e; }
@media (prefers-color-scheme: dark) { :root { --page: #16181b; --card: #1e2125; --rule: #33373d; --highlight: #e0b030; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: clamp(1.5rem, 5vw, 4rem) clamp(1rem, 4vw, 2.5rem) 4rem; }
header { border-bottom: 1px solid var(--rule); padding-bottom: 1.25rem; margin-bottom: 1.75rem; }
h1 { font-size: clamp(1.6rem, 1.2rem + 2vw, 2.4rem); line-height: 1.15; letter-spacing: -0.02em; margin: 0; font-weight: 680; }
h2 { font-size: 1.2rem; line-height: 1.3; letter-spacing: -0.01em; margin: 2.75rem 0 0.75rem; font-weight: 650; }
p { margin: 0 0 1rem; max-width: 42rem; overflow-wrap: break-word; }
.lead { margin: 0.6rem 0 0; color: var(--muted); font-size: 1.05rem; }
.numbers { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 0.75rem; margin: 0 0 1.5rem; }
.numbers div { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 0.8rem 1rem 0.7rem; }
.numbers dt { color: var(--muted); font-size: 0.8rem; line-height: 1.3; }
.numbers dd { margin: 0.15rem 0 0; font-size: 1.5rem; line-height: 1.25; font-weight: 620; letter-spacing: -0.015em;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.numbers dd.words { font-size: 1.15rem; line-height: 1.63; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; margin: 1rem 0 1.5rem; }
figure { margin: 0; min-width: 0; }
.charts figure, .picture { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 1rem; }
.charts figure { max-width: 44rem; }
.charts svg { display: block; width: 100%; height: auto; overflow: visible; }
.picture { margin: 1rem 0 1.5rem; }
.picture img { display: block; width: 100%; height: auto; border-radius: 3px; }
.picture img.enlarged { image-rendering: pixelated; }
.page { margin: 1rem calc(50% - min(50vw - 1rem, 44rem)) 1.5rem; }
.page iframe { display: block; width: 100%; height: min(85vh, 46rem); border: 1px solid var(--rule); border-radius: 10px; background: var(--page); }
figcaption { color: var(--muted); font-size: 0.875rem; line-height: 1.45; margin-top: 0.7rem; max-width: 42rem; }
.hint { cursor: crosshair; }
.hint:hover { fill: var(--ink); fill-opacity: 0.25 !important; }
.scroll { overflow-x: auto; margin: 1rem 0 1.5rem; }
table { border-collapse: collapse; font-size: 0.9rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.4rem 1.5rem 0.4rem 0; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--muted); font-weight: 500; }
th.number, td.number { text-align: right; }
th:last-child, td:last-child { padding-right: 0; }
.settings { columns: 17rem; column-gap: 2.5rem; margin: 0.5rem 0 1.5rem; font-size: 0.9rem; line-height: 1.4; }
.settings div { display: flex; justify-content: space-between; gap: 1rem; padding: 0.35rem 0;
  border-bottom: 1px solid var(--rule); break-inside: avoid; }
.settings dt { color: var(--muted); flex: none; }
.settings dd { margin: 0; text-align: right; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.passage { border-top: 1px solid var(--rule); padding: 0.8rem 0 0.1rem; }
.passage div { color: var(--muted); font-size: 0.875rem; font-variant-numeric: tabular-nums; }
.passage p { margin: 0.2rem 0 0.7rem; max-width: 46rem; white-space: pre-wrap; }
.passage mark { background: var(--highlight); color: #1d2329; border-radius: 3px; padding: 0 0.15em; }
.passage u { text-decoration: underline 2px var(--accent); text-underline-offset: 3px; }
.passage .pale { color: var(--muted); }
pre { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 0.8rem 1rem; margin: 0 0 1rem;
  overflow-x: auto; font: 0.85rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media print { body { background: none; } figure, .numbers div { break-inside: avoid; } }
)css";

}  // namespace cotape::app
