// Lines over a common axis, with a legend.

const line_colours = ["accent", "warm", "green", "bad", "muted", "ink"];

// A few round numbers from low to high.
function ticks(low, high, most = 5) {
  const rough = (high - low) / most || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((x) => x * power).find((x) => x >= rough);
  const list = [];
  for (let x = Math.ceil(low / step - 1e-9) * step; x <= high + 1e-9 * step; x += step) list.push(Math.abs(x) < 1e-9 * step ? 0 : x);
  return list;
}

// The same on a logarithmic axis from 10^low to 10^high, as logarithms.
function log_ticks(low, high) {
  const list = [];
  for (let power = Math.floor(low); power <= high; ++power)
    for (const step of high - low > 3 ? [1] : [1, 2, 5]) {
      const place = power + Math.log10(step);
      if (place >= low && place <= high) list.push(place);
    }
  return list.length > 1 ? list : ticks(low, high, 3);
}

// lines: [{name, x, y}]; axes: {x, y: their names, low, high: of y where they are fixed, mark: a place on the x axis,
// log: whether y is drawn on a logarithmic scale, small: for half a column}.
function chart(lines, axes) {
  const [width, height] = axes.small ? [200, 130] : [320, 174], left = 38, bottom = 30, top = 8, right = 8;
  const scale = axes.log ? (y) => Math.log10(Math.max(y, 1e-12)) : (y) => y;
  const all_x = lines.flatMap((line) => line.x), all_y = lines.flatMap((line) => line.y.map(scale));
  const [x_low, x_high] = all_x.length ? extent(all_x) : [0, 1];
  let [y_low, y_high] = all_y.length ? extent(all_y) : [0, 1];
  y_low = axes.low ?? y_low;
  y_high = axes.high ?? y_high;
  if (y_high - y_low < 1e-9) [y_low, y_high] = [y_low - (axes.log ? 0.5 : 0), y_high + (axes.log ? 0.5 : 1)];
  const px = (x) => left + ((width - left - right) * (x - x_low)) / (x_high - x_low || 1);
  const py = (y) => height - bottom - ((height - bottom - top) * (y - y_low)) / (y_high - y_low);
  const words = lines.filter((line) => line.y.length).map((line) => `${line.name} ends at ${text_of(line.y.at(-1))}`).join(", ");
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${axes.y} over ${axes.x}: ${words || "nothing yet"}` });
  for (const y of axes.log ? log_ticks(y_low, y_high) : ticks(y_low, y_high, 4)) {
    svg.append(make("line.grid", { x1: left, x2: width - right, y1: py(y), y2: py(y) }),
      make("text.tick", { x: left - 5, y: py(y), "text-anchor": "end" }, text_of(Number((axes.log ? 10 ** y : y).toPrecision(2)))));
  }
  for (const x of ticks(x_low, x_high, axes.small ? 3 : 5))
    svg.append(make("text.tick", { x: px(x), y: height - bottom + 12, "text-anchor": "middle" }, text_of(Number(x.toPrecision(3)))));
  if (axes.mark !== undefined) svg.append(make("line.mark", { x1: px(axes.mark), x2: px(axes.mark), y1: top, y2: height - bottom }));
  lines.forEach((line, i) => {
    if (!line.y.length) return;
    const path = line.x.map((x, k) => `${px(x).toFixed(1)} ${py(Math.max(y_low, Math.min(y_high, scale(line.y[k])))).toFixed(1)}`);
    const shape = make("path.line", { d: `M${path.join("L")}${path.length === 1 ? "h0" : ""}` }); // a dot where there is one number
    if (path.length === 1) shape.style.strokeWidth = 5;
    shape.style.stroke = `var(--${line_colours[i % line_colours.length]})`;
    svg.append(shape);
  });
  svg.append(make("text.tick", { x: width - right, y: height - 7, "text-anchor": "end" }, axes.x));
  const legend = make("ul.legend", {}, lines.map((line, i) => {
    const mark = make("i");
    mark.style.background = `var(--${line_colours[i % line_colours.length]})`;
    return make("li", {}, mark, line.name);
  }));
  return make("figure.chart", {}, make("figcaption", {}, axes.y), svg, lines.length > 1 ? legend : null);
}
