// What is touched: grids, bars, maps and graphs. An editor draws a state with the solver's solution and the wanted one,
// and changes it by pointer and keys. `hand` is how it reaches the page:
//   state()              the state          answer()      what the server said of it last, or null
//   tool(), brush()      "paint", "drag" or "want"; the value that is painted
//   edited()             numbers were changed
//   want(request)        asks for the wanted solution that was pointed at
//   selected()           the rule whose gradient is shown on maps

const limit = (x, low, high) => Math.max(low, Math.min(high, x));

// A box that hears pointers and keys. `parts`: {draw() → element, down(event, place), move(event, place), up(), key(key) →
// whether it was one, say() → the cursor in words}; a place is a pointer's in the picture, from 0 to 1.
function editor_box(label, help, parts, legend = null) {
  const picture = make("div.picture"), words = make("output.unseen", { "aria-live": "polite" });
  const note = make("p.note", { id: `help${++fields}` }, help);
  const box = make("div.editor", { tabindex: 0, role: "application", "aria-label": label, "aria-describedby": note.id }, picture);
  const draw = () => children_of(picture, [parts.draw()]);
  const place_of = (event) => {
    const box = picture.querySelector(".layers, .touch").getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  if (offline) return { element: make("div", {}, picture, legend), draw };
  box.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    box.focus();
    box.setPointerCapture(event.pointerId);
    parts.down(event, place_of(event));
    draw();
  });
  box.addEventListener("pointermove", (event) => box.hasPointerCapture(event.pointerId) && (parts.move(event, place_of(event)), draw()));
  box.addEventListener("pointerup", () => (parts.up?.(), draw()));
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !parts.key(event.key)) return;
    event.preventDefault();
    draw();
    words.textContent = parts.say();
  });
  return { element: make("div", {}, box, legend, note, words), draw };
}

function entry_words(hand, i, name) {
  const { wanted, x } = hand.state(), solution = hand.answer()?.solution;
  return `${name}: ${text_of(x[i])}${solution?.[i] ? ", in the solution" : ""}${wanted?.[i] ? ", wanted" : ""}`;
}

// What the marks of an editor mean: [class of the mark, word].
const legend_of = (...marks) => make("ul.legend", { "aria-hidden": "true" }, marks.map(([kind, word]) => make("li", {}, make(`i.is-${kind}`), word)));

// ---- Cells: costs of a grid, or of pairs ------------------------------------------------------------------------------
// The border of the cells that are not zero.
function border(values, rows, columns) {
  const is = (r, c) => r >= 0 && c >= 0 && r < rows && c < columns && values[r * columns + c] > 0;
  let path = "";
  for (let r = 0; r <= rows; ++r)
    for (let c = 0; c <= columns; ++c) {
      if (c < columns && is(r - 1, c) !== is(r, c)) path += `M${c} ${r}h1`;
      if (r < rows && is(r, c - 1) !== is(r, c)) path += `M${c} ${r}v1`;
    }
  return path;
}

function cells_editor(hand, kind) {
  let cursor = [0, 0], from = null, stroke = [];
  const size = () => [hand.state().height, hand.state().width];
  const index = ([r, c]) => r * size()[1] + c;
  const cell_of = ([x, y]) => {
    const [rows, columns] = size();
    return [limit(Math.floor(y * rows), 0, rows - 1), limit(Math.floor(x * columns), 0, columns - 1)];
  };
  const set = (i, value) => {
    hand.state().x[i] = rounded(Math.max(0, value));
    hand.edited();
  };
  const want = (cells) => hand.want(kind === "grid" ? { via: cells.flat() } : { clicked: index(cells[0]) });
  return editor_box(`${kinds[kind].title}: the costs of its cells`,
    "Paint or drag costs, or choose what is wanted: a stroke on a grid is a path’s way. Keys: arrows go from cell to cell, + and − change its cost, Enter wants it.", {
    draw() {
      const { x, wanted } = hand.state(), [rows, columns] = size(), solution = hand.answer()?.solution ?? [];
      const marks = [];
      if (wanted) marks.push(make("path.rim.wanted", { d: border(wanted, rows, columns) }), make("path.wanted", { d: border(wanted, rows, columns) }));
      const dot_size = limit(180 / Math.max(rows, columns), 4, 16);
      solution.forEach((one, i) => one && marks.push(dot((i % columns) + 0.5, Math.floor(i / columns) + 0.5, dot_size, "in the solution")));
      for (const [r, c] of stroke) marks.push(make("path.stroke", { d: `M${c + 0.5} ${r + 0.5}h0`, "stroke-width": dot_size }));
      marks.push(make("path.cursor", { d: `M${cursor[1]} ${cursor[0]}h1v1h-1z` }));
      const picture = layers(pixels(rows, columns, (i) => x[i], ...extent(x), `${rows} × ${columns} costs`), rows, columns, marks);
      return make("figure", {}, picture, scale_bar(...extent(x)));
    },
    down(event, place) {
      cursor = cell_of(place);
      from = { y: event.clientY, value: hand.state().x[index(cursor)], span: Math.max(1, extent(hand.state().x)[1]) };
      if (hand.tool() === "paint") set(index(cursor), hand.brush());
      if (hand.tool() === "want") stroke = [cursor];
    },
    move(event, place) {
      const cell = cell_of(place);
      if (hand.tool() === "drag") return set(index(cursor), from.value + (from.span * (from.y - event.clientY)) / 150);
      if (cell[0] === cursor[0] && cell[1] === cursor[1]) return;
      cursor = cell;
      if (hand.tool() === "paint") set(index(cursor), hand.brush());
      else stroke.push(cell);
    },
    up() {
      if (stroke.length) want(stroke);
      stroke = [];
    },
    key(key) {
      const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
      if (by) cursor = cursor.map((at_now, axis) => limit(at_now + by[axis], 0, size()[axis] - 1));
      else if (key === "+" || key === "=") set(index(cursor), hand.state().x[index(cursor)] + 0.05);
      else if (key === "-") set(index(cursor), hand.state().x[index(cursor)] - 0.05);
      else if (key === "Enter" || key === " ") want([cursor]);
      else return false;
      return true;
    },
    say: () => entry_words(hand, index(cursor), `row ${cursor[0] + 1}, column ${cursor[1] + 1}`),
  }, legend_of(["solution", "solution"], ["wanted", "wanted"]));
}

// ---- Bars: scores and values ----------------------------------------------------------------------------------------------
function bars_editor(hand, kind) {
  let cursor = 0;
  const width = 320, height = 190, foot = 26;
  const span = () => {
    const [low, high] = extent(hand.state().x), [least, most] = kinds[kind].range;
    return [Math.min(low, least), Math.max(high, most)];
  };
  let held = null; // the span while a bar is dragged
  const set = (value) => {
    hand.state().x[cursor] = rounded(value);
    hand.edited();
  };
  const drag = (place) => {
    const [low, high] = held, y = place[1] * height;
    set(limit(low + ((high - low) * (height - foot - y)) / (height - foot), low, high));
  };
  return editor_box(`${kinds[kind].title}: ${kinds[kind].what}s as bars`,
    "Drag the bars; with “want”, click those that are wanted (of a ranking: one rank up). Keys: ← and → choose a bar, ↑ and ↓ change it, Enter wants it.", {
    draw() {
      const { x, wanted, weights } = hand.state(), solution = hand.answer()?.solution, n = x.length, each = width / n;
      const [low, high] = held ?? span(), y_of = (value) => (height - foot) * (1 - (value - low) / (high - low));
      const shape = make("svg.touch", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${n} bars` });
      shape.append(make("line.grid", { x1: 0, x2: width, y1: y_of(0), y2: y_of(0) }));
      x.forEach((value, i) => {
        const taken = kind === "ranking" || solution?.[i];
        const bar = make(`rect.${taken ? "taken" : "left"}`, { x: i * each + 1, width: Math.max(1, each - 2), y: Math.min(y_of(0), y_of(value)), height: Math.max(1, Math.abs(y_of(value) - y_of(0))) });
        const text = kind === "ranking" ? `${text_of(solution?.[i] ?? 0)}|${text_of(wanted?.[i] ?? 0)}` : weights ? String(weights[i]) : "";
        shape.append(bar, make("title", {}, `${i}: ${text_of(value)}`));
        if (text && each > 12) shape.append(make("text.tick", { x: (i + 0.5) * each, y: height - 12, "text-anchor": "middle" }, text));
        if (kind !== "ranking" && wanted?.[i]) shape.append(make("rect.wanted", { x: i * each + 1, width: Math.max(1, each - 2), y: height - 7, height: 6, rx: 2 }));
        if (i === cursor) shape.append(make("rect.cursor", { x: i * each, width: each, y: 0, height }));
      });
      return shape;
    },
    down(event, place) {
      cursor = limit(Math.floor(place[0] * hand.state().x.length), 0, hand.state().x.length - 1);
      if (hand.tool() === "want") return hand.want({ clicked: cursor });
      held = span();
      drag(place);
    },
    move: (event, place) => held && drag(place),
    up: () => (held = null),
    key(key) {
      const n = hand.state().x.length, step = (span()[1] - span()[0]) / 40;
      if (key === "ArrowLeft" || key === "ArrowRight") cursor = limit(cursor + (key === "ArrowLeft" ? -1 : 1), 0, n - 1);
      else if (key === "ArrowUp" || key === "ArrowDown") set(hand.state().x[cursor] + (key === "ArrowUp" ? step : -step));
      else if (key === "Enter" || key === " ") hand.want({ clicked: cursor });
      else return false;
      return true;
    },
    say: () => entry_words(hand, cursor, `bar ${cursor + 1}`),
  }, kind === "ranking" ? make("p.note", {}, "Below each bar: its rank | the wanted one.") : legend_of(["taken", kind === "knapsack" ? "packed (below: weights)" : "chosen"], ["wanted", "wanted"]));
}

// ---- Maps: points whose distances are costs -----------------------------------------------------------------------------
// [first end, second end, entry] of every pair of n points.
function pairs_of(kind, n) {
  const pairs = [];
  for (let i = 0; i < n; ++i) for (let j = i + 1; j < n; ++j) pairs.push([i, j, kind === "tour" ? i * n + j : pairs.length]);
  return pairs;
}

function map_editor(hand, kind) {
  let cursor = 0, first = null;
  const side = 240, margin = 16;
  const point = (i) => [hand.state().x[2 * i], hand.state().x[2 * i + 1]];
  const on_page = ([x, y]) => [margin + (side - 2 * margin) * x, side - margin - (side - 2 * margin) * y];
  const point_at = (place) => place.map((p, axis) => {
    const u = (p * side - margin) / (side - 2 * margin);
    return limit(axis ? 1 - u : u, -0.05, 1.05);
  });
  const move_to = ([x, y]) => {
    hand.state().x.splice(2 * cursor, 2, rounded(x), rounded(y));
    hand.edited();
  };
  const choose = () => {
    if (first === null || first === cursor) return (first = first === cursor ? null : cursor);
    const pair = pairs_of(kind, hand.state().n).find(([a, b]) => a === Math.min(first, cursor) && b === Math.max(first, cursor));
    hand.want({ clicked: pair[2] });
    first = null;
  };
  let dragging = false;
  return editor_box(`${kinds[kind].title}: a map of ${kinds[kind].what}s`,
    `Drag the ${kind === "tour" ? "cities" : "nodes"}; with “want”, click two of them to join or part them. Thin arrows show where a step of the chosen rule moves them. Keys: Page Up and Page Down choose one, arrows move it, Enter takes it for joining.`, {
    draw() {
      const { n, wanted } = hand.state(), solution = hand.answer()?.solution, gradient = hand.selected()?.gradient;
      const shape = make("svg.touch", { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": `${n} points` });
      const join = (name, values) => pairs_of(kind, n).forEach(([a, b, entry]) => {
        if (!values?.[entry]) return;
        const [[x1, y1], [x2, y2]] = [on_page(point(a)), on_page(point(b))];
        shape.append(make(`line.${name}`, { x1, y1, x2, y2 }));
      });
      join("wanted", wanted);
      join("solution", solution);
      const longest = gradient ? Math.max(...Array.from({ length: n }, (_, i) => Math.hypot(gradient[2 * i], gradient[2 * i + 1]))) : 0;
      for (let i = 0; i < n; ++i) {
        const [x, y] = on_page(point(i));
        if (longest > 0) {
          const [dx, dy] = [(-34 * gradient[2 * i]) / longest, (34 * gradient[2 * i + 1]) / longest];
          if (Math.hypot(dx, dy) > 2) shape.append(make("path.arrow", { d: arrow(x, y, x + dx, y + dy) }));
        }
        shape.append(make(`circle.city${i === cursor ? ".cursor" : ""}${i === first ? ".first" : ""}`, { cx: x, cy: y, r: 8 }),
          make("text.city", { x, y }, String(i)));
      }
      return shape;
    },
    down(event, place) {
      const [x, y] = place.map((p) => p * side);
      const far = (i) => Math.hypot(on_page(point(i))[0] - x, on_page(point(i))[1] - y);
      const nearest = Array.from({ length: hand.state().n }, (_, i) => i).sort((a, b) => far(a) - far(b))[0];
      if (far(nearest) > 24) return;
      cursor = nearest;
      if (hand.tool() === "want") choose();
      else dragging = true;
    },
    move: (event, place) => dragging && move_to(point_at(place)),
    up: () => (dragging = false),
    key(key) {
      const n = hand.state().n, [x, y] = point(cursor), by = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[key];
      if (by) move_to([x + 0.02 * by[0], y + 0.02 * by[1]]);
      else if (key === "PageUp" || key === "PageDown") cursor = (cursor + (key === "PageUp" ? n - 1 : 1)) % n;
      else if (key === "Enter" || key === " ") choose();
      else return false;
      return true;
    },
    say: () => `${kinds[kind].what} ${cursor} at ${text_of(point(cursor)[0])}, ${text_of(point(cursor)[1])}${first === null ? "" : `, to be joined with ${first}`}`,
  }, legend_of(["solution", "solution"], ["wanted", "wanted"], ["taken", "where a step leads"]));
}

function arrow(x1, y1, x2, y2) {
  const length = Math.hypot(x2 - x1, y2 - y1), [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  return `M${x1} ${y1}L${x2} ${y2}M${x2 - 5 * ux - 3 * uy} ${y2 - 5 * uy + 3 * ux}L${x2} ${y2}L${x2 - 5 * ux + 3 * uy} ${y2 - 5 * uy - 3 * ux}`;
}

// ---- A graph whose edges have capacities ------------------------------------------------------------------------------------
function cut_editor(hand) {
  let cursor = 0, from = null, points, height;
  const edges = () => Array.from({ length: hand.state().edges.length / 2 }, (_, e) => hand.state().edges.slice(2 * e, 2 * e + 2));
  const sides = () => source_side(hand.state().wanted, { nodes: hand.state().n, edges: edges(), directed: true, source: 0 });
  const set = (value) => {
    hand.state().x[cursor] = rounded(Math.max(0, value));
    hand.edited();
  };
  const switch_side = (node) => {
    const side = sides();
    side[node] = !side[node];
    hand.want({ side: side.flatMap((on, i) => (on ? [i] : [])) });
  };
  const middle_of = (e) => edges()[e].map((i) => points[i]).reduce(([x1, y1], [x2, y2]) => [0.55 * x1 + 0.45 * x2, 0.55 * y1 + 0.45 * y2]);
  return editor_box("Min cut: a graph with the capacities of its edges",
    "Drag the numbers up and down; with “want”, click a node to let it change sides. Keys: ← and → choose an edge, ↑ and ↓ change its capacity, Enter moves its end to the other side.", {
    draw() {
      const { x, wanted, n, positions } = hand.state(), solution = hand.answer()?.solution;
      [points, height] = fit(Array.from({ length: n }, (_, i) => positions.slice(2 * i, 2 * i + 2)));
      const most = Math.max(...x, 1e-9), side = wanted ? sides() : [];
      const shape = make("svg.touch", { viewBox: `0 0 200 ${height}`, role: "img", "aria-label": `${n} nodes` });
      edges().forEach(([a, b], e) => {
        const [[x1, y1], [x2, y2]] = [points[a], points[b]];
        if (wanted?.[e]) shape.append(make("line.wanted", { x1, y1, x2, y2 }));
        const stroke = make(`line.${solution?.[e] ? "solution" : "edge"}`, { x1, y1, x2, y2 });
        stroke.style.strokeWidth = 0.6 + (4 * x[e]) / most;
        shape.append(stroke);
      });
      edges().forEach((_, e) => {
        const [mx, my] = middle_of(e);
        shape.append(make(`rect.number${e === cursor ? ".cursor" : ""}`, { x: mx - 9, y: my - 5, width: 18, height: 10, rx: 3 }), make("text.small", { x: mx, y: my }, text_of(Number(x[e].toPrecision(2)))));
      });
      points.forEach(([cx, cy], i) =>
        shape.append(make(`circle.city${side[i] ? ".first" : ""}`, { cx, cy, r: 7 }), make("text.city", { x: cx, y: cy }, i === 0 ? "s" : i === n - 1 ? "t" : String(i))));
      return shape;
    },
    down(event, place) {
      const [x, y] = place.map((p, axis) => p * (axis ? height : 200));
      const far = ([px, py]) => Math.hypot(px - x, py - y);
      if (hand.tool() === "want") {
        const node = points.findIndex((p, i) => i > 0 && i < points.length - 1 && far(p) < 11);
        if (node > 0) switch_side(node);
        return;
      }
      cursor = hand.state().x.map((_, e) => e).sort((a, b) => far(middle_of(a)) - far(middle_of(b)))[0];
      from = { y: event.clientY, value: hand.state().x[cursor] };
    },
    move: (event) => from && set(from.value + (from.y - event.clientY) / 100),
    up: () => (from = null),
    key(key) {
      const n = hand.state().x.length;
      if (key === "ArrowLeft" || key === "ArrowRight") cursor = (cursor + (key === "ArrowLeft" ? n - 1 : 1)) % n;
      else if (key === "ArrowUp" || key === "ArrowDown") set(hand.state().x[cursor] + (key === "ArrowUp" ? 0.05 : -0.05));
      else if (key === "Enter" || key === " ") edges()[cursor][1] < hand.state().n - 1 && edges()[cursor][1] > 0 && switch_side(edges()[cursor][1]);
      else return false;
      return true;
    },
    say: () => entry_words(hand, cursor, `edge from ${edges()[cursor][0]} to ${edges()[cursor][1]}`),
  }, legend_of(["solution", "cut"], ["wanted", "wanted cut, and its side"]));
}

const editor_of = (kind, hand) =>
  kind === "grid" || kind === "assignment" ? cells_editor(hand, kind) : kind === "tour" || kind === "spanning_tree" ? map_editor(hand, kind) : kind === "min_cut" ? cut_editor(hand) : bars_editor(hand, kind);
