// Pictures of numbers: heat maps, histograms, bars, tours. They are drawn anew when the colours change.

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
    if (typeof x !== "number" || !Number.isFinite(x)) return not_finite_colour;
    if (low === 0 && high === 0) return ramp.two[1];
    const place = to > from ? (2 * (x - from)) / (to - from) : 1;
    const i = Math.min(1, Math.max(0, Math.floor(place)));
    return stops[i].map((c, k) => Math.round(c + (stops[i + 1][k] - c) * (place - i)));
  };
}
const css = (colour) => `rgb(${colour.join(" ")})`;

const redrawn = []; // what to do when the colours change, for elements still on the page
function coloured(element, draw) {
  redrawn.push([new WeakRef(element), draw]);
  draw();
  return element;
}
function redraw_all() {
  const alive = redrawn.filter(([reference]) => reference.deref()?.isConnected);
  redrawn.splice(0, redrawn.length, ...alive);
  for (const [, draw] of alive) draw();
}

// rows × columns numbers as a canvas, one pixel each, enlarged by the style.
function pixels(rows, columns, value, low, high, label) {
  const canvas = make("canvas", { width: columns, height: rows, role: "img", "aria-label": label });
  canvas.style.aspectRatio = `${columns} / ${Math.max(rows, columns / 24)}`;
  return coloured(canvas, () => {
    const colour = colours(low, high);
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    for (let i = 0; i < rows * columns; ++i) {
      const [r, g, b] = colour(value(i));
      image.data.set([r, g, b, 255], 4 * i);
    }
    context.putImageData(image, 0, 0);
  });
}

function scale_bar(low, high) {
  const bar = make("i.ramp");
  coloured(bar, () => {
    const colour = colours(low, high);
    const stops = Array.from({ length: 9 }, (_, i) => css(colour(low + ((high - low) * i) / 8)));
    bar.style.background = `linear-gradient(90deg, ${stops})`;
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

// ---- One instance of a combinatorial problem -----------------------------------------------------------------------
const extent = (values) => {
  const finite = values.filter((x) => typeof x === "number");
  return finite.length ? [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))] : [0, 0];
};

// Whether values[n, n] are the adjacency matrix of one tour or more: symmetric, each city has two neighbours.
function is_tour(values, [n, m]) {
  if (n !== m || n < 3 || values.some((x) => x !== 0 && x !== 1)) return false;
  for (let i = 0; i < n; ++i) {
    let degree = 0;
    for (let j = 0; j < n; ++j) {
      if (values[i * n + j] !== values[j * n + i]) return false;
      degree += values[i * n + j];
    }
    if (degree !== 2 || values[i * n + i]) return false;
  }
  return true;
}

// Cities in the order of a tour.
function tour_order(values, n) {
  const order = [0];
  for (let last = -1, here = 0; order.length < n; ) {
    let next = -1;
    for (let j = 0; j < n && next < 0; ++j) if (values[here * n + j] === 1 && j !== last && !order.includes(j)) next = j;
    if (next < 0) break;
    order.push(next);
    [last, here] = [here, next];
  }
  for (let j = 0; j < n; ++j) if (!order.includes(j)) order.push(j);
  return order;
}

// Places in the plane whose distances are close to a cost matrix [n, n], or to its negation: classical multidimensional
// scaling, the two largest eigenvectors of −½ J D² J by power iteration.
function positions_from(scores, n) {
  const sign = scores.reduce((a, b) => a + b, 0) < 0 ? -1 : 1;
  const least = Math.min(0, ...scores.map((x) => sign * x));
  const squares = scores.map((x, i) => (i % (n + 1) === 0 ? 0 : (sign * x - least) ** 2));
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const rows = Array.from({ length: n }, (_, i) => mean(squares.slice(i * n, (i + 1) * n))), all = mean(rows);
  const gram = squares.map((x, i) => -(x - rows[Math.floor(i / n)] - rows[i % n] + all) / 2);
  const axis = () => {
    let vector = Array.from({ length: n }, (_, i) => Math.cos(1 + i * i)), size = 0;
    for (let round = 0; round < 200; ++round) {
      const next = vector.map((_, i) => vector.reduce((sum, x, j) => sum + gram[i * n + j] * x, 0));
      size = Math.hypot(...next);
      if (size === 0) break;
      vector = next.map((x) => x / size);
    }
    vector.forEach((x, i) => vector.forEach((y, j) => (gram[i * n + j] -= size * x * y)));
    return vector.map((x) => x * Math.sqrt(size));
  };
  const [xs, ys] = [axis(), axis()];
  return xs.map((x, i) => [x, ys[i]]);
}

// Where n cities are drawn: at their positions, y upwards, or on a circle in this order.
function places_of(n, order, positions) {
  const place = new Array(n);
  if (positions?.length === n) {
    const [xs, ys] = [0, 1].map((k) => extent(positions.map((position) => position[k])));
    const scale = 180 / (Math.max(xs[1] - xs[0], ys[1] - ys[0]) || 1);
    positions.forEach(([x, y], city) => (place[city] = [100 + scale * (x - (xs[0] + xs[1]) / 2), 100 - scale * (y - (ys[0] + ys[1]) / 2)]));
  } else
    order.forEach((city, i) => {
      const angle = (2 * Math.PI * i) / n - Math.PI / 2;
      place[city] = [100 + 84 * Math.cos(angle), 100 + 84 * Math.sin(angle)];
    });
  return place;
}

// A matrix between cities: edges by sign and size.
function tour_picture(values, n, order, positions) {
  const place = places_of(n, order, positions);
  const [low, high] = extent(values);
  const most = Math.max(-low, high) || 1;
  const svg = make("svg.tour", { viewBox: "0 0 200 200", role: "img" });
  for (let i = 0; i < n; ++i)
    for (let j = i + 1; j < n; ++j) {
      const x = (values[i * n + j] + values[j * n + i]) / 2;
      if (x === 0 || typeof x !== "number") continue;
      const edge = make(x > 0 ? "line.plus" : "line.minus", { x1: place[i][0], y1: place[i][1], x2: place[j][0], y2: place[j][1],
        "stroke-opacity": Math.max(0.12, Math.abs(x) / most) });
      edge.append(make("title", {}, `${i} – ${j}: ${text_of(x)}`));
      svg.append(edge);
    }
  for (const [city, [x, y]] of place.entries()) svg.append(make("circle", { cx: x, cy: y, r: n > 40 ? 1.6 : 3 }, make("title", {}, String(city))));
  return svg;
}

// Entries side by side; below zero downwards.
function bars_picture(values) {
  const [low, high] = extent(values);
  const bottom = Math.min(0, low), span = Math.max(0, high) - bottom || 1;
  const width = 200, height = 90, each = width / values.length, gap = each > 4 ? 1 : 0;
  const y_of = (x) => height - (height * (x - bottom)) / span;
  const svg = make("svg.bars", { viewBox: `0 0 ${width} ${height}`, role: "img", preserveAspectRatio: "none" });
  svg.append(make("line.zero", { x1: 0, x2: width, y1: y_of(0), y2: y_of(0) }));
  values.forEach((x, i) => {
    const finite = typeof x === "number";
    const [a, b] = finite ? [y_of(Math.max(0, x)), y_of(Math.min(0, x))] : [0, height];
    const bar = make(`rect.${!finite ? "bad" : x < 0 ? "minus" : "plus"}`, { x: i * each + gap / 2, y: a, width: each - gap, height: b - a });
    bar.append(make("title", {}, `${i}: ${text_of(x)}`));
    svg.append(bar);
  });
  return svg;
}

// ---- Graphs, pairs and items, as a drawing describes them ------------------------------------------------------------

// How many edges lie between every two nodes, row by row; of nodes that are not connected, as many as there are nodes.
function edge_distances(nodes, edges) {
  const beside = Array.from({ length: nodes }, () => []), far = new Array(nodes * nodes).fill(nodes);
  for (const [i, j] of edges) beside[i].push(j), beside[j].push(i);
  for (let from = 0; from < nodes; ++from) {
    far[from * nodes + from] = 0;
    for (let row = [from], step = 1; row.length; ++step) {
      const next = [];
      for (const i of row) for (const j of beside[i]) if (far[from * nodes + j] === nodes && j !== from) far[from * nodes + j] = step, next.push(j);
      row = next;
    }
  }
  return far;
}

// Places in the plane for the nodes of a graph: as far apart as they are along the edges, then moved by edges that pull and
// nodes that push. Graphs with most of all edges, and large ones, lie on a circle.
function graph_layout({ nodes, edges }) {
  const circle = Array.from({ length: nodes }, (_, i) => [Math.sin((2 * Math.PI * i) / nodes), Math.cos((2 * Math.PI * i) / nodes)]);
  if (nodes < 4 || nodes > 200 || edges.length > (nodes * (nodes - 1)) / 3) return circle;
  const at = positions_from(edge_distances(nodes, edges), nodes), wide = Math.max(...at.flat().map(Math.abs)) || 1;
  at.forEach(([x, y], i) => (at[i] = [x / wide + 0.02 * circle[i][0], y / wide + 0.02 * circle[i][1]]));
  const rounds = 200, ideal = 1.5 / Math.sqrt(nodes);
  for (let round = 0; round < rounds; ++round) {
    const step = 0.05 * (1 - round / rounds), move = at.map(() => [0, 0]);
    const push = (i, j, force) => {
      const [dx, dy] = [at[i][0] - at[j][0], at[i][1] - at[j][1]], far = Math.hypot(dx, dy) || 1e-6, by = force(far) / far;
      move[i][0] += by * dx; move[i][1] += by * dy;
      move[j][0] -= by * dx; move[j][1] -= by * dy;
    };
    for (let i = 0; i < nodes; ++i) for (let j = 0; j < i; ++j) push(i, j, (far) => (ideal * ideal) / far);
    for (const [i, j] of edges) if (i !== j) push(i, j, (far) => (-far * far) / ideal);
    move.forEach(([x, y], i) => {
      const far = Math.hypot(x, y) || 1, by = Math.min(far, step) / far;
      at[i] = [at[i][0] + by * x, at[i][1] + by * y];
    });
  }
  return at;
}
const layouts = new WeakMap(); // of drawings

const strength = (x, most) => Math.max(0.12, Math.abs(x) / most);

// Numbers of nodes as discs, of edges as lines, by sign and size; of directed edges the tip shows where they lead.
function graph_picture(values, drawing, positions) {
  if (!layouts.has(drawing)) layouts.set(drawing, graph_layout(drawing));
  const place = places_of(drawing.nodes, null, positions?.length ? positions : layouts.get(drawing));
  const own = drawing.numbers_of_nodes ? values.slice(0, drawing.nodes) : [];
  const numbers = values.slice(own.length), r = Math.max(1.6, Math.min(7, 60 / Math.sqrt(drawing.nodes + 60)));
  const most_of = (list) => Math.max(...extent(list).map(Math.abs)) || 1, most = most_of(numbers), most_own = most_of(own);
  const svg = make("svg.tour", { viewBox: "0 0 200 200", role: "img", "aria-label": "graph" });
  const twice = new Set(drawing.directed ? drawing.edges.map(String) : []);
  drawing.edges.forEach(([i, j], e) => {
    const x = numbers[e], finite = typeof x === "number";
    let [[ax, ay], [bx, by]] = [place[i], place[j]];
    const far = Math.hypot(bx - ax, by - ay) || 1, [ux, uy] = [(bx - ax) / far, (by - ay) / far];
    if (twice.has(String([j, i]))) [ax, ay, bx, by] = [ax - 2.2 * uy, ay + 2.2 * ux, bx - 2.2 * uy, by + 2.2 * ux];
    if (drawing.directed) [bx, by] = [bx - (r + 1) * ux, by - (r + 1) * uy];
    const kind = !finite ? "bad" : x > 0 ? "plus" : x < 0 ? "minus" : "rest";
    const edge = make(`g.${kind}`, { "stroke-opacity": kind === "plus" || kind === "minus" ? strength(x, most) : null },
      make("line", { x1: ax, y1: ay, x2: bx, y2: by }),
      drawing.directed ? make("path", { d: `M${bx - 6 * ux - 3 * uy} ${by - 6 * uy + 3 * ux}L${bx} ${by}L${bx - 6 * ux + 3 * uy} ${by - 6 * uy - 3 * ux}` }) : null,
      make("title", {}, `${i} ${drawing.directed ? "→" : "–"} ${j}: ${text_of(x)}`));
    svg.append(edge);
  });
  place.forEach(([cx, cy], i) => {
    const x = own[i];
    const kind = x > 0 ? ".plus" : x < 0 ? ".minus" : own.length ? ".rest" : "";
    svg.append(make(`circle${kind}`, { cx, cy, r, "fill-opacity": kind === ".plus" || kind === ".minus" ? strength(x, most_own) : null },
      make("title", {}, own.length ? `${i}: ${text_of(x)}` : String(i))));
  });
  return svg;
}

// Pairs of a row, on the left, and a column, on the right.
function pairs_picture(values, [rows, columns]) {
  const y_of = (i, n) => 100 + (180 * (i - (n - 1) / 2)) / Math.max(rows, columns, 2), most = Math.max(...extent(values).map(Math.abs)) || 1;
  const svg = make("svg.tour", { viewBox: "0 0 200 200", role: "img", "aria-label": "pairs" });
  values.forEach((x, k) => {
    if (x === 0) return;
    const [i, j] = [Math.floor(k / columns), k % columns];
    svg.append(make(`line.${typeof x !== "number" ? "bad" : x > 0 ? "plus" : "minus"}`,
      { x1: 40, y1: y_of(i, rows), x2: 160, y2: y_of(j, columns), "stroke-opacity": typeof x === "number" ? strength(x, most) : 1 },
      make("title", {}, `${i} – ${j}: ${text_of(x)}`)));
  });
  for (const [n, cx] of [[rows, 40], [columns, 160]])
    for (let i = 0; i < n; ++i) svg.append(make("circle", { cx, cy: y_of(i, n), r: n > 20 ? 2 : 4 }, make("title", {}, String(i))));
  return svg;
}

// Items as wide as they are large; those that are packed come first, up to the line at what fits.
function items_picture(values, { sizes }) {
  const packed = (x) => (typeof x === "number" ? Math.max(0, x) : 0);
  const blocks = sizes.flatMap((size, i) => [[i, size * packed(values[i]), true], [i, size * Math.max(0, 1 - packed(values[i])), false]])
    .filter(([, size]) => size > 0).sort((a, b) => b[2] - a[2]);
  const all = blocks.reduce((sum, [, size]) => sum + size, 0), scale = 200 / Math.max(1, all);
  const svg = make("svg.items", { viewBox: "0 0 200 60", role: "img", "aria-label": "items packed", preserveAspectRatio: "none" });
  let x = 0;
  for (const [i, size, is_packed] of blocks) {
    svg.append(make(is_packed ? "rect.plus" : "rect.rest", { x, y: is_packed ? 8 : 26, width: Math.max(0.4, scale * size - 0.8), height: is_packed ? 44 : 26 },
      make("title", {}, `item ${i}: ${text_of(values[i])}, ${text_of(100 * sizes[i])} % of what fits`)));
    x += scale * size;
  }
  svg.append(make("line.limit", { x1: scale, x2: scale, y1: 2, y2: 58 }, make("title", {}, "what fits")));
  return svg;
}

// Matrices one beside the other: [planes, rows, columns].
function planes_picture(values, [planes, rows, columns], low, high) {
  const size = rows * columns;
  return make("div.planes", {}, Array.from({ length: planes }, (_, k) =>
    pixels(rows, columns, (i) => values[k * size + i], low, high, `grid ${k + 1} of ${planes}`)));
}

// values: one instance of the problem's shape; order: of the cities, where solutions are tours.
function instance_picture(values, problem, order, is_solution) {
  const { instance: shape, drawing, positions } = problem;
  const [low, high] = extent(values), nothing = low === 0 && high === 0;
  const yes_or_no = is_solution && values.every((x) => x === 0 || x === 1);
  const range = make("div.scale", {}, make("span", {}, text_of(low)), make("em", {}, "to"), make("span", {}, text_of(high)));
  const below = nothing ? make("div.scale", {}, make("em", {}, "all zero")) : yes_or_no ? null : range;
  const parts = drawing?.kind === "graph" ? drawing.edges.length + (drawing.numbers_of_nodes ? drawing.nodes : 0) : 0;
  if (drawing?.kind === "graph" && parts === values.length) return [graph_picture(values, drawing, positions), below];
  if (drawing?.kind === "pairs" && is_solution && shape[0] + shape[1] <= 80) return [pairs_picture(values, shape), below];
  if (drawing?.kind === "items" && yes_or_no) return [items_picture(values, drawing), nothing ? below : null];
  if (shape.length === 2 && order && is_solution) return [tour_picture(values, shape[0], order, positions), below];
  if (shape.length < 2 || shape.length > 3) return [bars_picture(values), below];
  const picture = shape.length === 2 ? pixels(shape[0], shape[1], (i) => values[i], low, high, "grid") : planes_picture(values, shape, low, high);
  return [picture, below && !nothing ? scale_bar(low, high) : below];
}
