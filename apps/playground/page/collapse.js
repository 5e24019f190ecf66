// Collapse: variants of one training, side by side, with curves of norms and of answers that stand when shaken.

function collapse_page(page) {
  const given = page.state;
  let running = false;
  const rows = given.variants.map((variant) => page.saved?.rows?.[variant.name] ?? { x: given.state.x, learned: {}, loss: [], norm: [], right: [] });
  const bars = make("section.cards"), curves = make("div.curves.wide");

  function show() {
    const { n, wanted } = given.state;
    children_of(bars, given.variants.map((variant, i) => {
      const first = rows[i].x.slice(0, n);
      const facts = [["steps", given.at], ["norm of a row", text_of(rows[i].norm.at(-1) ?? Math.hypot(...first))], ["stand when shaken", percent(rows[i].right.at(-1) ?? 0, 1)]];
      return make("article.card", {}, make("h3", {}, variant.name),
        make("figure.plate", {}, bars_picture(first, `${n} scores of the first row`, (k) => !wanted[k]), make("figcaption", {}, "scores of the first row; those that are wanted are strong")),
        make("dl.facts", {}, facts.map(([name, value]) => [make("dt", {}, name), make("dd", {}, String(value))])));
    }));
    const lines = (what) => given.variants.map((variant, i) => ({ name: variant.name, x: rows[i][what].map((_, k) => k), y: rows[i][what] }));
    if (given.at === 0) return;
    children_of(curves, [chart(lines("norm"), { x: "steps", y: "norm of a row of scores, logarithmic", log: true }),
      chart(lines("right"), { x: "steps", y: "share of answers that are right and stand when shaken", low: 0, high: 1 }),
      chart(lines("loss"), { x: "steps", y: "loss" })]);
    forget_gone();
  }

  async function step(count) {
    const variants = given.variants.map((variant, i) => ({ ...variant, x: rows[i].x, learned: rows[i].learned }));
    const found = await ask({ ask: "race", state: given.state, variants, steps: count, at: given.at });
    if (!found) return false;
    found.variants.forEach((variant, i) => {
      Object.assign(rows[i], { x: variant.x, learned: variant.learned });
      for (const what of ["loss", "norm", "right"]) rows[i][what].push(...variant[what]);
    });
    given.at += count;
    show();
    return true;
  }

  const run_button = button("Run", async () => {
    running = !running;
    run_button.textContent = running ? "Pause" : "Run";
    while (running && given.at < 1000 && page.alive() && (await step(10))) await new Promise((done) => requestAnimationFrame(done));
    running = false;
    run_button.textContent = "Run";
    page.changed();
  });
  const again = () => {
    running = false;
    page.open("collapse", begin_collapse(given.which));
  };
  page.element.replaceChildren(
    make("section.intro", {}, make("h2", {}, collapses[given.which][0]), make("p", {}, collapses[given.which][1]),
      offline ? null : make("div.row", {}, switches("Preset", given.which, Object.entries(collapses).map(([key, [title]]) => [key, title]), (which) => page.open("collapse", begin_collapse(which)))),
      offline ? null : make("div.row", {}, run_button, button("10 steps", () => step(10).then(page.changed)), button("From the start", again))),
    curves, bars);
  // The address holds where the training begins: its numbers follow from that.
  page.address_state = () => ({ which: given.which });
  page.snapshot = () => ({ rows: Object.fromEntries(given.variants.map((variant, i) => [variant.name, rows[i]])), at: given.at });
  page.stop = () => (running = false);
  if (page.saved) given.at = page.saved.at;
  show();
  return Promise.resolve();
}
