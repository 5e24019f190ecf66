// The solver lens, and rules side by side: one instance at a time.

// Instance i of an exhibit that may have a sample axis, as [values, number of samples]; null when it was not kept.
function instance_of(exhibit, problem, base, i) {
  const size = problem.instance.reduce((a, b) => a * b, 1);
  const samples = Math.max(1, Math.round(exhibit.instances / base));
  const index = Math.floor(i / problem.rows) * samples * problem.rows + (i % problem.rows);
  const values = exhibit.values.slice(index * size, (index + 1) * size);
  return values.length === size ? [values, samples] : null;
}

const is_solution = (name) => /solution|gradient|^dy$/.test(name);

function plate(exhibit, problem, base, i, order, caption) {
  const found = instance_of(exhibit, problem, base, i);
  if (!found) return null;
  const [values, samples] = found;
  const text = caption ?? exhibit.name;
  return make("figure.plate", {}, instance_picture(values, problem.instance, order, is_solution(exhibit.name)),
    make("figcaption", {}, samples > 1 ? `${text} · sample 1 of ${samples}` : text));
}

// How many instances are kept in all of these.
function kept(exhibits, problem, base) {
  let count = 0;
  while (count < base && exhibits.every((e) => instance_of(e, problem, base, count))) ++count;
  return count;
}

// Buttons to choose an instance; `show(i)` gives what stands below them.
function chooser(count, base, show) {
  const body = make("div");
  const label = make("output");
  let i = 0;
  const put = (to) => {
    i = (to + count) % count;
    label.textContent = `instance ${i + 1} of ${count}${count < base ? ` kept (${base} in all)` : ""}`;
    body.replaceChildren(...show(i).flat(3).filter((child) => child));
  };
  put(0);
  const buttons = count > 1 && make("div.chooser", {}, make("button", { onclick: () => put(i - 1), "aria-label": "previous instance" }, "‹"), label,
    make("button", { onclick: () => put(i + 1), "aria-label": "next instance" }, "›"));
  return [buttons || null, body];
}

function order_of(solutions, problem, base, i) {
  if (problem.instance.length !== 2 || problem.instance[0] !== problem.instance[1]) return null;
  const found = solutions && instance_of(solutions, problem, base, i);
  return found && is_tour(found[0], problem.instance) ? tour_order(found[0], problem.instance[0]) : null;
}

function lens_view(lens) {
  const base = (lens.scores.at(-1) ?? lens.cotangent ?? lens.calls[0].scores).instances;
  const forward = lens.calls.filter((call) => call.phase === "forward");
  const backward = lens.calls.filter((call) => call.phase === "backward");
  const all = [...lens.scores, ...lens.calls.flatMap((call) => [call.scores, call.solutions]), lens.cotangent, lens.gradient].filter((e) => e);
  const group = (title, ...plates) => {
    const shown = plates.flat(2).filter((p) => p);
    return shown.length ? make("div.group", {}, make("h4", {}, title), make("div.plates", {}, shown)) : null;
  };
  const show = (i) => {
    const order = order_of(forward[0]?.solutions, lens, base, i);
    const put = (exhibit, caption) => exhibit && plate(exhibit, lens, base, i, order, caption);
    // A rule that does not perturb solves its input itself: shown once.
    const same = forward[0] && lens.scores.length && String(forward[0].scores.values) === String(lens.scores.at(-1).values);
    const few = backward.slice(0, 4);
    return [
      group("Scores on their way to the solver", lens.scores.map((e) => put(e))),
      group("Solved, and the cotangent that came back",
        forward.slice(0, 3).map((call) => [same ? null : put(call.scores, "perturbed scores"), put(call.solutions, "solution")]), put(lens.cotangent, "dy")),
      group(few.length ? "What the rule looked at, and the gradient it made of it" : "The gradient that the rule made of it",
        few.map((call) => [put(call.scores, "scores moved along dy"), put(call.solutions, "their solution")]), put(lens.gradient, "gradient")),
      backward.length > few.length ? make("p.note", {}, `and ${backward.length - few.length} more solver calls`) : null,
    ];
  };
  return make("section.lens", {},
    make("h3", {}, "Solver lens"),
    make("p.note", {}, `${lens.solver} ${lens.sense}s; its scores are ${lens.sense === "minimise" ? "negated costs" : "what it was given"}. `,
      `${forward.length} + ${backward.length} calls for the whole batch, forward + backward.`),
    chooser(Math.max(1, kept(all, lens, base)), base, show));
}

function comparison_view(comparison) {
  const base = comparison.common[0].instances;
  const all = [...comparison.common, ...comparison.columns.flatMap((column) => column.exhibits)];
  const show = (i) => {
    const order = order_of(comparison.columns.map((c) => c.exhibits.find((e) => e.name === "solutions")).find((e) =>
      e && order_of(e, comparison, base, i)), comparison, base, i);
    const put = (exhibit) => plate(exhibit, comparison, base, i, order);
    return [
      make("div.plates.common", {}, comparison.common.map(put).filter((p) => p)),
      make("div.rules", {}, comparison.columns.map((column) => {
        const plates = column.exhibits.filter((e) => e.name !== "gradient").map(put).filter((p) => p);
        const last = column.exhibits.find((e) => e.name === "gradient");
        return make("article", {}, make("h3", {}, column.name),
          make("dl.facts", {}, column.facts.map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
          make("div.plates", {}, plates.slice(0, 3), last ? put(last) : null),
          plates.length > 3 ? make("p.note", {}, `and ${plates.length - 3} more pictures of its solver calls`) : null);
      })),
    ];
  };
  return make("section.comparison", {}, make("h2", {}, comparison.title),
    make("p.note", {}, `${comparison.solver}, ${comparison.sense}s; the same instance, the same dy, one card a rule.`),
    chooser(Math.max(1, kept(all, comparison, base)), base, show));
}
