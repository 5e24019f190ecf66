// Pictures of numbers: heat maps, histograms, bars. They are drawn anew when the colours change.

const ramps = {
  light: { one: [[246, 243, 236], [122, 170, 200], [18, 62, 108]], two: [[205, 84, 12], [243, 240, 233], [0, 98, 168]] },
  dark: { one: [[32, 36, 42], [48, 104, 150], [196, 229, 248]], two: [[255, 146, 84], [36, 40, 46], [92, 172, 232]] },
};
const not_finite_colour = [214, 0, 120];

// The colour of a number between low and high; from orange below zero to blue above where these have two signs.
function colours(low, high) {
  const ramp = ramps[is_dark() ? "dark" : "light"];
  const signed = low < 0 && high > 0;
  const [from, to] = signed ? [-Math.max(-low, high), Math.max(-low, high)] : [low, high];
  const stops = signed ? ramp.two : high <= 0 && low < 0 ? [...ramp.one].reverse() : ramp.one;
  return (x) => {
    if (Array.isArray(x)) return x; // a colour already
    if (typeof x !== "number" || !Number.isFinite(x)) return not_finite_colour;
    if (low === 0 && high === 0) return ramp.two[1];
    const place = to > from ? (2 * (x - from)) / (to - from) : 1;
    const i = Math.min(1, Math.max(0, Math.floor(place)));
    return stops[i].map((c, k) => Math.round(c + (stops[i + 1][k] - c) * (place - i)));
  };
}
const css = (colour) => `rgb(${colour.join(" ")})`;

const redrawn = []; // elements still on the page, to be drawn anew when the colours change
const undrawn = []; // new ones

// An element that draw(element) gives its colours, as soon as the script that makes it is done: until then `redraw` can be
// handed over to another element, which takes the place of this one.
function coloured(element, draw) {
  element.redraw = draw;
  redrawn.push(new WeakRef(element));
  if (undrawn.push(element) === 1) queueMicrotask(() => undrawn.splice(0).forEach((one) => one.redraw?.(one)));
  return element;
}
function redraw_all() {
  forget_gone();
  for (const reference of redrawn) reference.deref()?.redraw(reference.deref());
}
// Forgets elements that have left the page; for pages that draw new ones again and again.
function forget_gone() {
  redrawn.splice(0, redrawn.length, ...redrawn.filter((reference) => reference.deref()?.isConnected));
}

// rows × columns numbers as a canvas, one pixel each, enlarged by the style.
function pixels(rows, columns, value, low, high, label) {
  const canvas = make("canvas", { width: columns, height: rows, role: "img", "aria-label": label });
  canvas.style.aspectRatio = `${columns} / ${Math.max(rows, columns / 24)}`;
  return coloured(canvas, (on) => {
    const colour = colours(low, high);
    const context = on.getContext("2d");
    const image = context.createImageData(columns, rows);
    for (let i = 0; i < rows * columns; ++i) {
      const [r, g, b] = colour(value(i)), at = 4 * i;
      image.data[at] = r;
      image.data[at + 1] = g;
      image.data[at + 2] = b;
      image.data[at + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  });
}

function scale_bar(low, high) {
  const bar = coloured(make("i.ramp"), (on) => {
    const colour = colours(low, high);
    const stops = Array.from({ length: 9 }, (_, i) => css(colour(low + ((high - low) * i) / 8)));
    on.style.background = `linear-gradient(90deg, ${stops})`;
  });
  return make("div.scale", {}, make("span", {}, text_of(low)), bar, make("span", {}, text_of(high)));
}

// The heat map of a summary, with its scale.
function heat_picture(heat, label) {
  if (!heat) return null;
  const bytes = Uint8Array.from(atob(heat.data), (c) => c.charCodeAt(0));
  const value = (i) => (bytes[i] === 255 ? NaN : heat.low + ((heat.high - heat.low) * bytes[i]) / 254);
  const canvas = pixels(heat.rows, heat.columns, value, heat.low, heat.high, label);
  return make("figure.heat", {}, canvas, scale_bar(heat.low, heat.high), heat.part ? make("figcaption", {}, heat.part) : null);
}

// Counts on a logarithmic axis: gradients have one tall bar at 0 and thin tails.
function histogram_picture(summary) {
  const counts = summary.histogram;
  if (counts.length < 2) return null;
  const width = 256, height = 56, each = width / counts.length, top = Math.log1p(Math.max(...counts));
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "histogram", preserveAspectRatio: "none" });
  counts.forEach((count, i) => {
    if (count === 0) return;
    const tall = Math.max(1, (height * Math.log1p(count)) / top);
    const from = summary.min + ((summary.max - summary.min) * i) / counts.length;
    const bar = make("rect", { x: i * each + 0.5, y: height - tall, width: each - 1, height: tall });
    bar.append(make("title", {}, `${count} from ${text_of(from)}`));
    svg.append(bar);
  });
  if (summary.min < 0 && summary.max > 0) {
    const zero = (width * -summary.min) / (summary.max - summary.min);
    svg.append(make("line.zero", { x1: zero, x2: zero, y1: 0, y2: height }));
  }
  return make("figure.histogram", {}, svg,
    make("div.scale", {}, make("span", {}, text_of(summary.min)), make("em", {}, "log count"), make("span", {}, text_of(summary.max))));
}

const extent = (values) => {
  const finite = values.filter((x) => typeof x === "number");
  return finite.length ? [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))] : [0, 0];
};

// Entries side by side; below zero downwards. Those that `faint` are drawn as if behind the others.
function bars_picture(values, label, faint = () => false) {
  const [low, high] = extent(values);
  const bottom = Math.min(0, low), span = Math.max(0, high) - bottom || 1;
  const width = 200, height = 90, each = width / values.length, gap = each > 4 ? 1 : 0;
  const y_of = (x) => height - (height * (x - bottom)) / span;
  const svg = make("svg.bars", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, preserveAspectRatio: "none" });
  svg.append(make("line.zero", { x1: 0, x2: width, y1: y_of(0), y2: y_of(0) }));
  values.forEach((x, i) => {
    const finite = typeof x === "number";
    const [a, b] = finite ? [y_of(Math.max(0, x)), y_of(Math.min(0, x))] : [0, height];
    const kind = !finite ? "bad" : x < 0 ? "minus" : "plus";
    const bar = make(`rect.${kind}${faint(i) ? ".faint" : ""}`, { x: i * each + gap / 2, y: a, width: each - gap, height: b - a });
    bar.append(make("title", {}, `${i}: ${text_of(x)}`));
    svg.append(bar);
  });
  return svg;
}
