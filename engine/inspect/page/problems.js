// One instance of a combinatorial problem, drawn by what its numbers belong to: Drawing in C++.

const most_edges = 3000, most_nodes = 300; // what is larger is drawn as bars

const drawing_of = ({ drawings }, i) => drawings[drawings.length === 1 ? 0 : i] ?? { kind: "by_shape" };
const count = (values) => values.filter((x) => x !== 0).length;
const edge_name = (view, [a, b]) => `${a} ${view.directed ? "→" : "–"} ${b}`;

// What all pictures of instance i have in common, nodes' places among them. costs and solution: of that instance, null
// where they were not kept.
function view_of(problem, i, costs, solution) {
  const drawing = drawing_of(problem, i), shape = problem.instance;
  const view = { ...drawing, shape, draw: pictures[drawing.kind], node_entries: drawing.numbers_of_nodes ? drawing.nodes : 0 };
  if (view.kind === "tour") {
    const n = shape[0], cities = solution ? tour_order(solution, n) : [], m = cities.length;
    const between = costs && cities.flatMap((a) => cities.map((b) => costs[a * n + b]));
    const places = problem.positions?.length === n ? problem.positions : circle_of(cities);
    if (!problem.positions?.length && between?.every(Number.isFinite))
      places_at_distances(between, m).forEach((place, k) => (places[cities[k]] = place));
    view.nodes = n;
    view.places = places;
  } else if (view.edges) {
    if (view.edges.length > most_edges || view.nodes > most_nodes) return { shape, draw: pictures.by_shape };
    const lengths = problem.sense === "minimise" ? costs?.slice(view.node_entries) : null;
    view.places = problem.positions?.length === view.nodes ? problem.positions :
      places_of_graph(view.nodes, view.edges, view.source, view.target, lengths);
  }
  if (view.places) [view.points, view.height] = fit(view.places);
  return view;
}

// role: "scores", "solution" or "change", a gradient. costs: what a solution was found for, or null.
function instance_picture(values, view, role, costs) {
  const { picture, coloured } = view.draw(values, role, view, costs);
  const [low, high] = extent(values);
  const plain = role === "solution" && values.every((x) => x === 0 || x === 1);
  const scale = low === 0 && high === 0 ? make("div.scale", {}, make("em", {}, "all zero")) : plain ? null : coloured ? scale_bar(low, high) :
    make("div.scale", {}, make("span", {}, text_of(low)), make("em", {}, "to"), make("span", {}, text_of(high)));
  return [picture, scale].filter((part) => part);
}

// ---- Pictures of each kind ------------------------------------------------------------------------------------------
const pictures = {
  by_shape: (values, role, { shape }) =>
    shape.length === 2
      ? { picture: pixels(...shape, (i) => values[i], ...extent(values), `grid of ${shape_text(shape)}`), coloured: true }
      : { picture: bars_picture(values, `${values.length} numbers`) },

  // What is taken stands before what is left, and fills the capacities.
  items: (values, role, view, costs) => {
    if (role !== "solution" || !costs) return pictures.by_shape(values, role, view);
    const label = `${count(values)} of ${values.length} items taken`;
    const capacities = Math.min(4, view.sizes.length / values.length);
    return { picture: [bars_picture(costs, label, (i) => values[i] === 0), Array.from({ length: capacities }, (_, c) => capacity_picture(values, view.sizes.slice(c * values.length)))] };
  },

  pairs: (values, role, { shape: [rows, columns] }, costs) => {
    if (role !== "solution" || !costs) return pictures.by_shape(values, role, { shape: [rows, columns] });
    const most = extent(values)[1], size = Math.max(3, Math.min(13, 110 / Math.max(rows, columns)));
    const marks = values.flatMap((x, i) => {
      if (x === 0) return [];
      const [row, column] = [Math.floor(i / columns), i % columns];
      return dot(column + 0.5, row + 0.5, size * Math.sqrt(x / most), `row ${row}, column ${column}${most === 1 ? "" : `: ${text_of(x)}`}`);
    });
    return { picture: over(costs, rows, columns, marks, `${count(values)} pairs of ${rows} rows and ${columns} columns`) };
  },

  tour: (values, role, view) => {
    const n = view.nodes;
    if (role === "scores") return pictures.by_shape(values, role, view);
    const edges = [], sums = [];
    for (let i = 0; i < n; ++i)
      for (let j = i + 1; j < n; ++j) {
        const sum = values[i * n + j] + values[j * n + i];
        if (sum !== 0 && view.points[i] && view.points[j]) (edges.push([i, j]), sums.push(sum / 2));
      }
    return graph_picture({ ...view, edges, node_entries: 0, unnamed: true }, sums, role);
  },

  // Steps to the right, labels downwards; below, going from the label of the row to that of the column.
  trellis: (values, role, { shape: [rows, labels] }, costs) => {
    const steps = rows - labels, upright = (i) => (i % steps) * labels + Math.floor(i / steps);
    const grid = (from, low, high, label) => pixels(labels, steps, (i) => from[upright(i)], low, high, label);
    const chosen = Array.from({ length: steps }, (_, t) => values.slice(t * labels, (t + 1) * labels).indexOf(1));
    const label = `${labels} labels at ${steps} steps`;
    const after = make("div.corner", {}, pixels(labels, labels, (i) => values[steps * labels + i], ...extent(values), "from label to label"), make("em", {}, "row to column"));
    if (role !== "solution" || !costs) return { picture: [grid(values, ...extent(values), label), after], coloured: true };
    const way = `M${chosen.flatMap((a, t) => (a < 0 ? [] : [`${t + 0.5} ${a + 0.5}`])).join("L")}`;
    return { picture: [layers(grid(costs, ...extent(costs), label), labels, steps, [make("path.way.rim", { d: way }), make("path.way", { d: way })]), after] };
  },

  // Cells with the lines between them; those of a solution are where labels differ.
  labels: (values, role, { shape: [, height, width] }) => {
    const side = Math.max(2, Math.min(8, Math.floor(160 / Math.max(height, width)))), each = side + 1, cells = height * width;
    const [low, high] = extent(values);
    const entry = (plane, row, column) => values[plane * cells + row * width + column] ?? 0;
    const larger = (a, b) => (Math.abs(a) > Math.abs(b) ? a : b);
    const columns = width * each - 1;
    const value = (i) => {
      const [y, x] = [Math.floor(i / columns), i % columns], [row, column] = [Math.floor(y / each), Math.floor(x / each)];
      const [below, right] = [y % each === side, x % each === side];
      const between = below && right ? larger(entry(3, row, column), entry(4, row, column + 1)) : below ? entry(2, row, column) : right ? entry(1, row, column) : null;
      if (between === null || (role === "solution" && between === 0)) return entry(0, row, column);
      return role === "solution" ? ramps[is_dark() ? "dark" : "light"].two[0] : between;
    };
    return { picture: pixels(height * each - 1, columns, value, low, high, `labels of ${height} × ${width} cells`), coloured: true };
  },

  graph: (values, role, view) => graph_picture(view, values, role),
  cut: (values, role, view) => graph_picture({ ...view, side: role === "solution" ? source_side(values, view) : null }, values, role),
};

// Marks on a picture of rows × columns; whatever its size is on the page, their strokes are as wide as the style says.
const layers = (picture, rows, columns, marks) =>
  make("div.layers", {}, picture, make("svg", { viewBox: `0 0 ${columns} ${rows}`, preserveAspectRatio: "none", "aria-hidden": "true" }, marks));
const over = (costs, rows, columns, marks, label) =>
  layers(pixels(rows, columns, (i) => costs[i], ...extent(costs), label), rows, columns, marks);
const dot = (x, y, size, title) =>
  make("g.dot", {}, make("path.rim", { d: `M${x} ${y}h0`, "stroke-width": size + 3 }), make("path", { d: `M${x} ${y}h0`, "stroke-width": size }), make("title", {}, title));

// How full a knapsack is; sizes: of the items, as shares of what fits.
function capacity_picture(values, sizes) {
  const svg = make("svg.capacity", { viewBox: "0 0 200 10", preserveAspectRatio: "none", "aria-hidden": "true" });
  let full = 0;
  values.forEach((x, i) => {
    const share = x * sizes[i];
    if (!(share > 0)) return;
    svg.append(make("rect", { x: 200 * full, y: 0, width: Math.max(0.5, 200 * share - 1), height: 10 }, make("title", {}, `item ${i}: ${percent(share, 1)} of what fits`)));
    full += share;
  });
  return make("figure", {}, svg, make("div.scale", {}, make("em", {}, `${percent(Math.min(1, full), 1)} full`)));
}

// The nodes that are reached from the source without the edges of a cut.
function source_side(cut, { nodes: n, edges, directed, source }) {
  const side = new Array(n).fill(false), queue = [source];
  side[source] = true;
  for (const node of queue)
    edges.forEach(([a, b], e) => {
      const next = cut[e] !== 0 ? node : a === node ? b : !directed && b === node ? a : node;
      if (!side[next]) ((side[next] = true), queue.push(next));
    });
  return side;
}

// ---- Graphs -----------------------------------------------------------------------------------------------------------
// How far each edge swerves from the straight line, so that several between the same nodes lie side by side.
function bends_of(edges) {
  const alike = new Map(), key = ([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`;
  edges.forEach((edge, e) => alike.set(key(edge), [...(alike.get(key(edge)) ?? []), e]));
  return edges.map((edge, e) => {
    const group = alike.get(key(edge));
    return 18 * (group.indexOf(e) - (group.length - 1) / 2) * (edge[0] > edge[1] ? -1 : 1);
  });
}

// An edge as the outline of a path, and the head of its arrow; both end before the node.
function edge_lines([x1, y1], [x2, y2], bend, directed, radius) {
  if (x1 === x2 && y1 === y2) return [`M${x1} ${y1}c-22 -26 22 -26 0 0`, null];
  const length = Math.hypot(x2 - x1, y2 - y1), [nx, ny] = [(y1 - y2) / length, (x2 - x1) / length];
  const [mx, my] = [(x1 + x2) / 2 + bend * nx, (y1 + y2) / 2 + bend * ny]; // the control point
  if (!directed) return [`M${x1} ${y1}Q${mx} ${my} ${x2} ${y2}`, null];
  const left = Math.hypot(x2 - mx, y2 - my), [dx, dy] = [(x2 - mx) / left, (y2 - my) / left];
  const [tip_x, tip_y] = [x2 - (radius + 1) * dx, y2 - (radius + 1) * dy], [back_x, back_y] = [tip_x - 7 * dx, tip_y - 7 * dy];
  return [`M${x1} ${y1}Q${mx} ${my} ${back_x} ${back_y}`,
    `M${tip_x} ${tip_y}L${back_x - 3.5 * dy} ${back_y + 3.5 * dx}L${back_x + 3.5 * dy} ${back_y - 3.5 * dx}z`];
}

function graph_picture(view, values, role) {
  const { edges, points, nodes: n, node_entries, directed } = view;
  const [low, high] = extent(values), most = Math.max(-low, high) || 1;
  const radius = n <= 16 && !view.unnamed ? 8 : n <= 40 ? 3.5 : 2;
  const parts = view.side || node_entries > 0; // the edges of a solution lie between parts of the graph
  const bends = bends_of(edges), of_edges = values.slice(node_entries);
  const label = `graph of ${n} nodes and ${edges.length} edges` + (role === "solution" ? `, ${count(of_edges.slice(0, edges.length))} chosen` : "");
  const svg = make("svg.graph", { viewBox: `0 0 200 ${view.height}`, role: "img", "aria-label": label });
  const tints = []; // of the elements "tinted", in their order: numbers, and the properties that tell them
  const behind = make("g.behind"), before = make("g");
  edges.forEach((edge, e) => {
    const [line, head] = edge_lines(points[edge[0]], points[edge[1]], bends[e], directed, radius), x = of_edges[e];
    const draw = (kind, ...more) => make(kind, {}, make("path", { d: line }), head && make("path.head", { d: head }), more);
    behind.append(draw("g"));
    if (role !== "scores" && x === 0) return;
    const title = make("title", {}, `${edge_name(view, edge)}: ${text_of(x)}`);
    if (role === "scores") {
      const tint = draw("g.tinted", title);
      tint.style.strokeWidth = Math.min(2.4, 20 / Math.sqrt(edges.length));
      tints.push([x, "color"]);
      before.append(tint);
      return;
    }
    const mark = draw(typeof x !== "number" ? "g.bad" : x < 0 || (role === "solution" && parts) ? "g.minus" : "g.plus", title);
    mark.style.opacity = Math.max(0.25, Math.abs(x) / most);
    mark.style.strokeWidth = role === "solution" && most > 1 ? 1.5 + (3.5 * x) / most : 3; // of amounts
    before.append(mark);
  });
  svg.append(behind, before);
  points.forEach((point, i) => {
    if (!point) return;
    const x = node_entries ? values[i] : 0, mark = role === "solution" && (view.side ? view.side[i] : x !== 0);
    const end = i === view.source ? "source" : i === view.target ? "target" : null;
    const tinted = node_entries > 0 && role !== "solution";
    const circle = make(`circle${mark ? ".one" : end ? ".end" : ""}${tinted ? ".tinted" : ""}`, { cx: point[0], cy: point[1], r: radius });
    if (tinted) tints.push([x, "fill"]);
    svg.append(make("g.node", {}, circle, radius === 8 ? make(`text${mark ? ".one" : ""}`, { x: point[0], y: point[1] }, String(i)) : null,
      make("title", {}, `${i}${end ? `, the ${end}` : ""}${node_entries ? `: ${text_of(x)}` : ""}`)));
  });
  if (tints.length)
    coloured(svg, (on) => {
      const colour = colours(low, high);
      on.querySelectorAll(".tinted").forEach((element, i) => (element.style[tints[i][1]] = css(colour(tints[i][0]))));
    });
  return { picture: svg, coloured: role === "scores" || node_entries > 0 };
}
