// A small net for points in the plane: place them, train it, see its surface and what its gradients are like.

const class_colours = { light: [[0, 98, 168], [205, 84, 12], [0, 121, 90]], dark: [[92, 172, 232], [255, 146, 84], [62, 203, 159]] };

function net_page(page) {
  const state = page.state;
  let answer = page.saved?.answer ?? null, curve = page.saved?.curve ?? [], running = false, label = 0, held = null;
  const surface = make("div"), facts = make("p.facts-line", { "aria-live": "polite" }), side = make("div.curves"), frame = make("div");
  const count = () => state.points.length / 3;

  const look = live(() => ({ ask: "net", ...state }), (found) => take(found));
  function take(found) {
    answer = found;
    state.weights = found.weights;
    show();
  }

  // A class's colour, paler where the net is less sure.
  function colour_of(value) {
    const theme = is_dark() ? "dark" : "light", which = Math.floor(value), sure = limit((value - which - 0.34) / 0.65, 0.05, 1);
    const paper = theme === "dark" ? [22, 24, 27] : [250, 249, 247];
    return class_colours[theme][which].map((c, k) => Math.round(paper[k] + 0.6 * sure * (c - paper[k])));
  }

  function draw() {
    const points = [];
    for (let i = 0; i < count(); ++i) {
      const [x, y, kind] = state.points.slice(3 * i, 3 * i + 3);
      points.push(make(`circle.point.class${kind}${i === held ? ".cursor" : ""}`, { cx: 100 * (1 + x), cy: 100 * (1 - y), r: 3.6 }));
    }
    const size = answer?.side ?? 1;
    return make("div.layers", {}, pixels(size, size, (i) => (answer ? colour_of(answer.surface[i]) : NaN), 0, 3, "the class that the net finds at every place"),
      make("svg", { viewBox: "0 0 200 200", "aria-hidden": "true" }, points));
  }

  const point_at = (place) => place.map((p, axis) => limit(axis ? 1 - 2 * p : 2 * p - 1, -1, 1));
  const nearest = ([x, y]) => {
    let best = -1, least = 0.06;
    for (let i = 0; i < count(); ++i) {
      const far = Math.hypot(state.points[3 * i] - x, state.points[3 * i + 1] - y);
      if (far < least) [best, least] = [i, far];
    }
    return best;
  };
  let cursor = [0, 0];
  const add = ([x, y]) => {
    if (count() >= 500) return;
    state.points.push(rounded(x), rounded(y), label);
    held = count() - 1;
    look();
  };
  const editor = editor_box("Points in the plane", "Click to place a point of the chosen class, drag one to move it. Keys: arrows move a cursor, Enter places a point there, Delete takes the last one away.", {
    draw,
    down(event, place) {
      const point = point_at(place), near = nearest(point);
      if (near >= 0) held = near;
      else add(point);
    },
    move(event, place) {
      if (held === null) return;
      const [x, y] = point_at(place);
      state.points.splice(3 * held, 2, rounded(x), rounded(y));
      look();
    },
    up: () => { held = null; page.changed(); },
    key(key) {
      const by = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[key];
      if (by) cursor = cursor.map((x, axis) => limit(x + 0.05 * by[axis], -1, 1));
      else if (key === "Enter" || key === " ") add(cursor);
      else if ((key === "Delete" || key === "Backspace") && count() > 1) (state.points.splice(-3), look());
      else return false;
      return true;
    },
    say: () => `cursor at ${text_of(cursor[0])}, ${text_of(cursor[1])}; ${count()} points`,
  });
  surface.append(editor.element);

  function show() {
    editor.draw();
    if (!answer) return;
    facts.replaceChildren("loss ", make("b", {}, text_of(answer.loss.at(-1))), ` · ${percent(answer.right, 1)} of ${count()} points right · ${curve.length} ${curve.length === 1 ? "step" : "steps"}`);
    const most = Math.max(...answer.layers.map((layer) => layer.gradient), 1e-12);
    children_of(side, [
      ...(curve.length ? [chart([{ name: "loss", x: curve.map((_, i) => i), y: curve }], { x: "steps", y: "loss", low: 0 })] : []),
      make("table.layers-table", {}, make("caption", {}, "gradient of every layer, and units that are 0 for every point"),
        make("tr", {}, ["layer", "units", "‖gradient‖", "", "dead"].map((text) => make("th", { scope: "col" }, text))),
        answer.layers.map((layer) => make("tr", {}, make("th", { scope: "row" }, layer.name), make("td", {}, layer.units), make("td", {}, text_of(layer.gradient)),
          make("td", {}, make("i.bar", { style: `width:${(100 * layer.gradient) / most}%` })), make(`td${layer.dead ? ".warn" : ""}`, {}, layer.dead))))]);
    forget_gone();
  }

  async function step(steps) {
    const found = await ask({ ask: "net", ...state, steps });
    if (!found) return false;
    curve.push(...found.loss.slice(0, -1));
    take(found);
    return true;
  }
  const run_button = button("Train", async () => {
    running = !running;
    run_button.textContent = running ? "Pause" : "Train";
    while (running && page.alive() && (await step(5))) await new Promise((done) => requestAnimationFrame(done));
    running = false;
    run_button.textContent = "Train";
    page.changed();
  });
  const anew = () => {
    state.weights = null;
    curve = [];
    look().then(page.changed);
  };
  const widths = () => state.hidden.join(", ");
  async function show_tape() {
    const found = await ask({ ask: "tape", ...state });
    if (!found) return;
    const theme = document.documentElement.dataset.theme;
    const html = theme ? found.html.replace("<html lang=\"en\">", () => `<html lang="en" data-theme="${theme}">`) : found.html;
    frame.replaceChildren(make("h2", {}, "Its tape: one step, forward and backward"), make("iframe", { title: "The tape of one step of the net", srcdoc: html }));
  }
  const controls = make("div.settings", {},
    make("fieldset", {}, make("legend", {}, "Points"), switches("Class", "0", [["0", "Blue"], ["1", "Orange"], ["2", "Green"]], (value) => (label = Number(value))),
      make("div.row", {}, button("Two moons", () => page.open("net", begin_net())), button("Two rings", () => page.open("net", begin_net({ shape: "ring" }))), button("Take all but one away", () => { state.points = state.points.slice(0, 3); anew(); }))),
    make("fieldset", {}, make("legend", {}, "Net"),
      choice("hidden layers", widths(), ["4", "8", "4, 4", "8, 8", "10, 10", "16, 16, 16", "32, 32"].includes(widths()) ? ["4", "8", "4, 4", "8, 8", "10, 10", "16, 16, 16", "32, 32"] : [widths(), "8, 8"], (value) => { state.hidden = value.split(", ").map(Number); anew(); }),
      choice("activation", state.activation, ["relu", "tanh"], (value) => { state.activation = value; anew(); }),
      slider("rate", state.rate, { low: 0.0001, high: 10, log: true }, (value) => (state.rate = value)),
      slider("seed", state.seed, { low: 1, high: 50, step: 1 }, (value) => { state.seed = value; anew(); }),
      make("div.row", {}, button("Step", () => step(1).then(page.changed)), run_button, button("New weights", anew), button("Show its tape", show_tape))));
  page.element.replaceChildren(make("section.desk", {}, make("div.left", {}, surface, make("div.beside", {}, facts, side)), offline ? null : controls), frame);
  page.snapshot = () => ({ answer, curve });
  page.stop = () => (running = false);
  show();
  return offline ? Promise.resolve() : look();
}
