// The page of a problem: editor, settings, descent, and a card for each rule.

const rule_titles = { identity: "Identity", blackbox: "Blackbox", lpgd: "LPGD", "straight-through": "Straight-through", simple: "SIMPLE", reinmax: "ReinMax", imle: "I-MLE", "imle-central": "I-MLE, central",
  aimle: "AIMLE", "aimle-central": "AIMLE, central", perturbed: "Perturbed", "perturbed-multiplicative": "Perturbed, multiplicative", regularized: "Regularized" };

function problem_page(page) {
  const state = page.state, kind = state.problem;
  let table = page.saved?.table ?? null, answer = page.saved?.answer ?? null, running = false, tool = kind === "grid" || kind === "assignment" ? "paint" : "drag", brush = 0.9;
  let curve = page.saved?.curve ?? [], norms = page.saved?.norms ?? [], taken = 0, learned = {}, begun_at = page.saved?.begun_at ?? null, told = null;
  const selected = () => answer?.rules.find((rule) => rule.name === state.rule);
  const hand = {
    state: () => state, answer: () => answer, tool: () => tool, brush: () => brush, selected,
    edited: () => { begun_at = null; forget_run(); refresh(); },
    want: async (request) => {
      const found = await ask({ ask: "wanted", state, ...request });
      if (!found) return;
      state.wanted = found.wanted;
      forget_run();
      refresh();
    },
  };
  const editor = editor_of(kind, hand);
  const cards = make("section.cards", { "aria-label": "Rules side by side" }), facts = make("p.facts-line", { "aria-live": "polite" });
  const curves = make("div.curves"), ways = make("div.curves.halves"), settings = make("div.settings"), time = make("span.note");

  const refresh = live(() => ({ ask: "look", state: { ...state, line: true } }), (found) => {
    answer = found;
    show();
    page.changed();
  }, (milliseconds) => {
    page.times.push(milliseconds);
    clearTimeout(told);
    told = setTimeout(() => (time.textContent = `drawn after ${milliseconds.toFixed(0)} ms`), 200); // not while the pointer moves
  });

  function forget_run() {
    [curve, norms, taken, learned] = [[], [], 0, {}];
  }

  function show() {
    editor.draw();
    if (!answer) return;
    facts.replaceChildren("loss ", make("b", {}, text_of(answer.loss)), ` · ${answer.shown.solver} ${answer.shown.sense}s`, taken ? ` · ${taken} ${taken === 1 ? "step" : "steps"}` : "");
    const view = view_of(answer.shown, 0, answer.shown.common[0].values, answer.solution);
    const shown = answer.rules.map((rule, i) => [rule, answer.shown.columns[i]]).filter(([rule]) => !(state.hidden ?? []).includes(rule.name));
    children_of(cards, shown.map(([rule, column]) => card(rule, column, view)));
    const steps = curve.map((_, i) => i), line = answer.line;
    children_of(ways, curve.length ? [chart([{ name: "loss", x: steps, y: curve }], { x: "steps", y: `loss under ${rule_titles[state.rule]}`, low: 0, small: true }), chart([{ name: "norm", x: steps, y: norms }], { x: "steps", y: "norm of the scores", low: 0, small: true })] : []);
    children_of(curves, line?.t ? [chart([{ name: "true loss", x: line.t, y: line.loss }, { name: `Blackbox, λ = ${text_of(line.lambda)}`, x: line.t, y: line.blackbox }, { name: `smoothed, σ = ${text_of(line.sigma)}`, x: line.t, y: line.smooth }],
      { x: "way against the gradient", y: `loss on the line along ${rule_titles[line.rule]}’s gradient`, mark: 0 })] : []);
    forget_gone();
  }

  function card(rule, column, view) {
    const chosen = rule.name === state.rule;
    if (rule.error) return make("article.card", { "data-rule": rule.name }, make("h3", {}, rule_titles[rule.name] ?? rule.name), make("p.note", {}, rule.error));
    const mean = instance_picture(column.exhibits[0].values, view, "solution", answer.shown.common[0].values);
    const change = instance_picture(column.exhibits[1].values, view, "change", null);
    const rows = [["loss", text_of(rule.loss)], ["solver calls", `${rule.calls_forward} + ${rule.calls_backward}`], ["zeros", percent(rule.zeros, 1)], ["norm", text_of(rule.norm)]];
    if (rule.lambda > 0) rows.push(["λ", text_of(rule.lambda)]);
    return make(`article.card${chosen ? ".chosen" : ""}${rule.norm === 0 ? ".dead" : ""}`, { "data-rule": rule.name },
      make("div.row", {}, make("h3", {}, rule_titles[rule.name] ?? rule.name),
        make("button.pick", { "aria-pressed": String(chosen), disabled: offline, title: "Steps follow this rule", onclick: () => choose(rule.name) }, chosen ? "steps follow it" : "follow")),
      make("div.plates", {}, make("figure.plate", {}, mean, make("figcaption", {}, "mean solution")), make("figure.plate", {}, change, make("figcaption", {}, rule.norm === 0 ? "gradient: zero everywhere" : "gradient"))),
      make("dl.facts", {}, rows.map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])));
  }

  function choose(rule) {
    state.rule = rule;
    forget_run();
    fill_controls();
    refresh();
  }

  async function step(count) {
    begun_at ??= [...state.x];
    const found = await ask({ ask: "descend", state, steps: count, at: taken, learned });
    if (!found) return false;
    state.x = found.x;
    [taken, learned] = [found.at, found.learned];
    curve.push(...found.loss);
    norms.push(...found.norm);
    if (curve.length > 2000) [curve, norms] = [curve, norms].map((list) => list.slice(-2000));
    await refresh();
    return true;
  }

  async function run(button_element) {
    running = !running;
    button_element.textContent = running ? "Pause" : "Run";
    while (running && page.alive() && (await step(2))) await new Promise((done) => requestAnimationFrame(done));
    running = false;
    button_element.textContent = "Run";
  }

  function set(name, value) {
    state[name] = value;
    forget_run();
    refresh();
  }

  // Another size: new numbers, everything else as it is.
  async function resize(name, value, seed) {
    const sizes = { ...Object.fromEntries(kinds[kind].sizes.map(([one]) => [one, state[one]])), [name]: value };
    if (sizes.k > sizes.n) sizes.k = sizes.n;
    Object.assign(state, kinds[kind].begin({ ...sizes, seed: seed ?? state.look_seed }), { wanted: undefined });
    if (seed) state.look_seed = seed;
    forget_run();
    begun_at = null;
    await first_wanted();
    fill_controls();
    refresh();
  }

  // At first the wanted solution is that of other numbers.
  async function first_wanted() {
    if (state.wanted) return;
    const sizes = Object.fromEntries(kinds[kind].sizes.map(([one]) => [one, state[one]]));
    const other = kinds[kind].begin({ ...sizes, seed: (state.look_seed ?? 20) + 77 });
    const found = await ask({ ask: "wanted", state: { ...state, x: other.x } });
    if (found) state.wanted = found.wanted;
  }

  function fill_controls() {
    if (!table) return;
    const tools = kind === "grid" || kind === "assignment" ? [["paint", "Paint"], ["drag", "Drag"], ["want", "Want"]] : [["drag", "Drag"], ["want", "Want"]];
    settings.replaceChildren(
      make("fieldset", {}, make("legend", {}, "Touch"), switches("Tool", tool, tools, (value) => (tool = value)),
        tools.length === 3 ? slider("paint with", brush, { low: 0, high: 1, step: 0.01 }, (value) => (brush = value)) : null,
        kinds[kind].sizes.map(([name, low, high]) => slider(name, state[name], { low, high: name === "k" ? state.n : high, step: 1 }, (value) => resize(name, value))),
        make("div.row", {}, button("New numbers", () => resize(null, null, 1 + Math.floor(1e6 * Math.random()))),
          button("Want the present solution", () => hand.want({})))),
      make("fieldset", {}, make("legend", {}, "Loss"),
        choice("loss", state.loss, table.losses, (value) => set("loss", value)),
        choice("projection", state.projection, table.projections, (value) => set("projection", value), "An op before the solver that changes no answer"),
        choice("margin", state.margin, table.margins, (value) => set("margin", value), "In training, the wanted solution has to win by a distance"),
        slider("margin α", state.alpha, { low: 0.01, high: 10, log: true, zero: true }, (value) => set("alpha", value))),
      make("fieldset", {}, make("legend", {}, "Rules"),
        settings_view(table.rules, state.settings, (name, value) => { state.settings[name] = value; forget_run(); refresh(); }),
        make("details", {}, make("summary", {}, "rules that are shown"), table.rules.map(({ name }) => flag(rule_titles[name] ?? name, !(state.hidden ?? []).includes(name), (on) => {
          state.hidden = on ? (state.hidden ?? []).filter((other) => other !== name) : [...(state.hidden ?? []), name];
          show();
          page.changed();
        })))));
  }

  const run_button = button("Run", () => run(run_button));
  const descent = make("fieldset.descent", {}, make("legend", {}, "Descend on the numbers"),
    slider("rate", state.rate, { low: 0.0001, high: 100, log: true }, (value) => { state.rate = value; page.changed(); }),
    make("div.row", {}, button("Step", () => step(1)), run_button, button("Back to the start", () => { if (begun_at) state.x = begun_at; begun_at = null; forget_run(); refresh(); })), time);
  page.element.replaceChildren(
    make("section.desk", {}, make("div.left", {}, make("div.beside", {}, editor.element, ways), make("div.beside", {}, facts, offline ? null : descent, curves)), offline ? null : settings), cards);
  page.snapshot = () => ({ table, answer, curve, norms, begun_at });
  page.stop = () => (running = false);
  page.refresh = refresh;
  show();

  return (async () => {
    if (offline) return;
    table = await ask({ ask: "table", state });
    if (!table) return;
    await first_wanted();
    fill_controls();
    await refresh();
  })();
}
