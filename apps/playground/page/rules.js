// The page of a problem: editor, settings, descent, and a card for each rule.

const rule_titles = { identity: "Identity", blackbox: "Blackbox", lpgd: "LPGD", "straight-through": "Straight-through", simple: "SIMPLE", reinmax: "ReinMax", imle: "I-MLE", "imle-central": "I-MLE, central",
  aimle: "AIMLE", "aimle-central": "AIMLE, central", perturbed: "Perturbed", "perturbed-multiplicative": "Perturbed, multiplicative", regularized: "Regularized", mcmc: "MCMC", fenchel_young: "Fenchel–Young" };
const loss_titles = { hamming: "Hamming", regret: "regret", fenchel_young: "Fenchel–Young" };
const loss_help = "Hamming: how many entries differ from the wanted ones. l1, l2: the same of fractions. Regret: what the solution costs more than the wanted one, by the true costs. Fenchel–Young: how much more the best solutions under noise are worth than the wanted one; it brings its own gradient.";

function problem_page(page) {
  const state = page.state, kind = state.problem;
  let table = page.saved?.table ?? null, answer = page.saved?.answer ?? null, running = false, tool = kind === "grid" || kind === "assignment" ? "paint" : "drag", brush = 0.9;
  let curve = page.saved?.curve ?? [], norms = page.saved?.norms ?? [], taken = 0, learned = {}, begun_at = page.saved?.begun_at ?? null, told = null;
  const selected = () => answer?.own ?? answer?.rules.find((rule) => rule.name === state.rule);
  const hand = {
    state: () => state, answer: () => answer, tool: () => tool, brush: () => brush, selected,
    edited: () => { begun_at = null; forget_run(); refresh(); },
    want: async (request) => {
      const found = await ask({ ask: "wanted", state, ...request });
      if (!found) return;
      take_wanted(found);
      forget_run();
      refresh();
    },
  };
  const editor = editor_of(kind, hand);
  const cards = make("section.cards", { "aria-label": "Rules side by side" }), facts = make("p.facts-line", { "aria-live": "polite" }), show_cards = patient_children_of(cards);
  const curves = make("div.curves"), ways = make("div.curves.halves"), true_costs = make("div.curves.halves"), settings = make("div.settings"), noise = make("fieldset"), time = make("span.note");

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
    show_cards(answer.own ? [() => own_card(answer.own, answer.shown.columns[0], view)] : shown.map(([rule, column]) => () => card(rule, column, view)));
    cards.setAttribute("aria-label", answer.own ? "The loss’s own gradient" : "Rules side by side");
    const steps = curve.map((_, i) => i), line = answer.line, truth = answer.shown.common.find((exhibit) => exhibit.name.startsWith("true"));
    children_of(true_costs, truth ? [make("figure.plate", {}, instance_picture(truth.values, view, "scores", null), make("figcaption", {}, `${truth.name}: what the regret counts`))] : []);
    children_of(ways, curve.length ? [chart([{ name: "loss", x: steps, y: curve }], { x: "steps", y: `loss under ${rule_titles[answer.own?.name ?? state.rule]}`, low: curve.some((loss) => loss < 0) ? undefined : 0, small: true }), chart([{ name: "norm", x: steps, y: norms }], { x: "steps", y: "norm of the scores", low: 0, small: true })] : []);
    children_of(curves, line?.t ? [chart(lines_of(line), { x: "way against the gradient", y: `loss on the line along ${rule_titles[line.rule]}’s gradient`, mark: 0 })] : []);
    forget_gone();
  }

  const lines_of = (line) =>
    (line.perceptron
      ? [[`Fenchel–Young, σ = ${text_of(line.sigma)}, ${line.samples} ${line.samples === 1 ? "sample" : "samples"}`, line.loss], ["without noise", line.perceptron]]
      : [["true loss", line.loss], [`Blackbox, λ = ${text_of(line.lambda)}`, line.blackbox], [`smoothed, σ = ${text_of(line.sigma)}`, line.smooth]]
    ).map(([name, y]) => ({ name, x: line.t, y }));

  const plates_of = (rule, column, view) => make("div.plates", {},
    make("figure.plate", {}, instance_picture(column.exhibits[0].values, view, "solution", answer.shown.common[0].values), make("figcaption", {}, "mean solution")),
    make("figure.plate", {}, instance_picture(column.exhibits[1].values, view, "change", null), make("figcaption", {}, rule.norm === 0 ? "gradient: zero everywhere" : "gradient")));
  const facts_of = (rule) => {
    const rows = [["loss", text_of(rule.loss)], ["solver calls", `${rule.calls_forward} + ${rule.calls_backward}`], ["zeros", percent(rule.zeros, 1)], ["norm", text_of(rule.norm)]];
    if (rule.lambda > 0) rows.push(["λ", text_of(rule.lambda)]);
    return make("dl.facts", {}, rows.map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  };

  // Of a loss that needs no rule: its own gradient.
  function own_card(own, column, view) {
    const costs = answer.shown.sense === "minimise";
    return make(`article.card.own.chosen${own.norm === 0 ? ".dead" : ""}`, { "data-rule": own.name }, make("h3", {}, `${rule_titles[own.name]}: its own gradient`),
      plates_of(own, column, view), make("div.words", {}, facts_of(own),
        make("p.note", {}, `No rule is asked. The gradient is ${costs ? "the wanted solution minus the mean one" : "the mean solution minus the wanted one"}, of solutions under noise: it rests when all of them are the wanted one. A constant is left out of the loss, so that it may be below zero.`)));
  }

  function card(rule, column, view) {
    const chosen = rule.name === state.rule;
    if (rule.error) return make("article.card", { "data-rule": rule.name }, make("h3", {}, rule_titles[rule.name] ?? rule.name), make("p.note", {}, rule.error));
    return make(`article.card${chosen ? ".chosen" : ""}${rule.norm === 0 ? ".dead" : ""}`, { "data-rule": rule.name },
      make("div.row", {}, make("h3", {}, rule_titles[rule.name] ?? rule.name),
        make("button.pick", { "aria-pressed": String(chosen), disabled: offline, title: "Steps follow this rule", onclick: () => choose(rule.name) }, chosen ? "steps follow it" : "follow")),
      plates_of(rule, column, view), facts_of(rule));
  }

  function choose(rule) {
    state.rule = rule;
    forget_run();
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
    Object.assign(state, kinds[kind].begin({ ...sizes, seed: seed ?? state.look_seed }), { wanted: undefined, truth: undefined });
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
    if (found) take_wanted(found);
  }

  // The true costs go with the wanted solution; one that was pointed at has none.
  const take_wanted = ({ wanted, truth }) => Object.assign(state, { wanted, truth });

  function fill_controls() {
    if (!table) return;
    fill_noise();
    const tools = kind === "grid" || kind === "assignment" ? [["paint", "Paint"], ["drag", "Drag"], ["want", "Want"]] : [["drag", "Drag"], ["want", "Want"]];
    settings.replaceChildren(
      make("fieldset", {}, make("legend", {}, "Touch"), switches("Tool", tool, tools, (value) => (tool = value)),
        tools.length === 3 ? slider("paint with", brush, { low: 0, high: 1, step: 0.01 }, (value) => (brush = value)) : null,
        kinds[kind].sizes.map(([name, low, high]) => slider(name, state[name], { low, high: name === "k" ? state.n : high, step: 1 }, (value) => resize(name, value))),
        make("div.row", {}, button("New numbers", () => resize(null, null, 1 + Math.floor(1e6 * Math.random()))),
          button("Want the present solution", () => hand.want({})))),
      make("fieldset", {}, make("legend", {}, "Loss"),
        choice("loss", state.loss, table.losses.map((name) => [name, loss_titles[name] ?? name]), (value) => { set("loss", value); fill_noise(); }, loss_help),
        choice("projection", state.projection, table.projections, (value) => set("projection", value), "An op before the solver that changes no answer"),
        choice("margin", state.margin, table.margins, (value) => set("margin", value), "In training, the wanted solution has to win by a distance"),
        slider("margin α", state.alpha, { low: 0.01, high: 10, log: true, zero: true }, (value) => set("alpha", value))),
      noise);
  }

  // The settings of rules, or those of a loss that asks none.
  function fill_noise() {
    const own = table.with_own_gradient.find((loss) => loss.name === state.loss);
    const shown = ({ name }) => flag(rule_titles[name] ?? name, !(state.hidden ?? []).includes(name), (on) => {
      state.hidden = on ? (state.hidden ?? []).filter((other) => other !== name) : [...(state.hidden ?? []), name];
      show();
      page.changed();
    });
    noise.replaceChildren(make("legend", {}, own ? `Noise of ${loss_titles[own.name]}` : "Rules"),
      ...settings_view(own ? [own] : table.rules, state.settings, (name, value) => { state.settings[name] = value; forget_run(); refresh(); }).flat().filter(Boolean),
      ...(own ? [] : [make("details", {}, make("summary", {}, "rules that are shown"), table.rules.map(shown))]));
  }

  const run_button = button("Run", () => run(run_button));
  const descent = make("fieldset.descent", {}, make("legend", {}, "Descend on the numbers"),
    slider("rate", state.rate, { low: 0.0001, high: 100, log: true }, (value) => { state.rate = value; page.changed(); }),
    make("div.row", {}, button("Step", () => step(1)), run_button, button("Back to the start", () => { if (begun_at) state.x = begun_at; begun_at = null; forget_run(); refresh(); })), time);
  page.element.replaceChildren(
    make("section.desk", {}, make("div.left", {}, make("div.beside", {}, editor.element, true_costs, ways), make("div.beside", {}, facts, offline ? null : descent, curves)), offline ? null : settings), cards);
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
