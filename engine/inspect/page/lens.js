// The solver lens, and rules side by side: one instance at a time.

// How many instances are kept in all of these.
function kept(exhibits, problem, base) {
  let count = 0;
  while (count < base && exhibits.every((e) => instance_of(e, problem, base, count))) ++count;
  return count;
}

// Buttons to choose an instance and a sample; `show([i, sample])` gives what stands below them.
function chooser(exhibits, problem, base, show) {
  const instances = Math.max(1, kept(exhibits, problem, base));
  const samples = Math.max(1, ...exhibits.map((exhibit) => samples_of(exhibit, base)));
  const body = make("div"), at_now = [0, 0];
  const put = () => body.replaceChildren(...show(at_now).flat(3).filter((child) => child));
  const buttons = (place, count, text) => {
    if (count < 2) return null;
    const label = make("output");
    const go_to = (by) => {
      at_now[place] = (at_now[place] + by + count) % count;
      label.textContent = text(at_now[place] + 1);
      if (by) put();
    };
    go_to(0);
    return make("span", {}, make("button", { onclick: () => go_to(-1), "aria-label": "previous" }, "‹"), label,
      make("button", { onclick: () => go_to(1), "aria-label": "next" }, "›"));
  };
  const row = [buttons(0, instances, (i) => `instance ${i} of ${instances}${instances < base ? ` kept (${base} in all)` : ""}`),
    buttons(1, samples, (i) => `sample ${i} of ${samples}`)].filter((part) => part);
  put();
  return [row.length ? make("div.chooser", {}, row) : null, body];
}

function lens_view(lens) {
  const base = (lens.scores.at(-1) ?? lens.cotangent ?? lens.calls[0].scores).instances;
  const forward = lens.calls.filter((call) => call.phase === "forward");
  const backward = lens.calls.filter((call) => call.phase === "backward");
  const all = [...lens.scores, ...lens.calls.flatMap((call) => [call.scores, call.solutions]), lens.cotangent, lens.gradient].filter((e) => e);
  const group = (title, ...plates) => {
    const shown = plates.flat(2).filter((p) => p);
    return shown.length ? make("div.group", {}, make("h4", {}, title), make(`div.plates${lens.drawings[0]?.edges ? ".wide" : ""}`, {}, shown)) : null;
  };
  const show = (place) => {
    const first = (exhibit) => (exhibit ? instance_of(exhibit, lens, base, place[0]) : null);
    const view = view_of(lens, place[0], first(lens.scores[0]), first(forward[0]?.solutions));
    const put = (exhibit, caption, scores) => exhibit && plate(exhibit, lens, base, place, view, caption, scores);
    // A rule that does not perturb solves its input itself: shown once.
    const same = forward[0] && lens.scores.length && String(forward[0].scores.values) === String(lens.scores.at(-1).values);
    const few = backward.slice(0, 4);
    return [
      group("Scores on their way to the solver", lens.scores.map((e) => put(e))),
      group("Solved, and the cotangent that came back",
        forward.slice(0, 3).map((call) => [same ? null : put(call.scores, "perturbed scores"), put(call.solutions, "solution", call.scores)]), put(lens.cotangent, "dy")),
      group(few.length ? "What the rule looked at, and the gradient it made of it" : "The gradient that the rule made of it",
        few.map((call) => [put(call.scores, "scores moved along dy"), put(call.solutions, "their solution", call.scores)]), put(lens.gradient, "gradient")),
      backward.length > few.length ? make("p.note", {}, `and ${backward.length - few.length} more solver calls`) : null,
    ];
  };
  return make("section.lens", {},
    make("h3", {}, "Solver lens"),
    make("p.note", {}, `${lens.solver} ${lens.sense}s; its scores are ${lens.sense === "minimise" ? "negated costs" : "what it was given"}. `,
      `${forward.length} + ${backward.length} calls for the whole batch, forward + backward.`),
    chooser(all, lens, base, show));
}

function comparison_view(comparison) {
  const base = comparison.common[0].instances;
  const all = [...comparison.common, ...comparison.columns.flatMap((column) => column.exhibits)];
  const show = (place) => {
    const first = (exhibit) => (exhibit ? instance_of(exhibit, comparison, base, place[0]) : null);
    const view = view_of(comparison, place[0], first(comparison.common[0]), first(comparison.columns[0]?.exhibits.find((e) => e.name === "solutions")));
    // A solution is drawn over the last scores before it, or over those that all rules were given.
    const put = (exhibit, k, exhibits) => plate(exhibit, comparison, base, place, view, undefined,
      exhibits.slice(0, k).findLast((e) => role_of(e.name) === "scores") ?? comparison.common[0]);
    return [
      make("div.plates.common", {}, comparison.common.map(put).filter((p) => p)),
      make("div.rules", {}, comparison.columns.map((column) => {
        const plates = column.exhibits.filter((e) => e.name !== "gradient").map(put).filter((p) => p);
        const last = column.exhibits.filter((e) => e.name === "gradient").map(put);
        return make("article", {}, make("h3", {}, column.name),
          make("dl.facts", {}, column.facts.map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
          make("div.plates", {}, plates.slice(0, 4), last),
          plates.length > 4 ? make("p.note", {}, `and ${plates.length - 4} more pictures of its solver calls`) : null);
      })),
    ];
  };
  return make("section.comparison", {}, make("h2", {}, comparison.title),
    make("p.note", {}, `${comparison.solver}, ${comparison.sense}s; the same instance, the same dy, one card a rule.`),
    chooser(all, comparison, base, show));
}
