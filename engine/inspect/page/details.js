// The panel of one node.

const chip = (id) => {
  const n = nodes[id];
  return make("button.chip", { onclick: () => (reveal(id), select(id, true)) }, make("b", {}, `#${id}`), ` ${title_of(n)}`);
};

function summary_view(title, summary, missing) {
  if (!summary) return make("section.half", {}, make("h3", {}, title), make("p.note", {}, missing));
  const zero = summary.size > 0 && summary.zeros === summary.size;
  const facts = summary.size === 1
    ? [["value", summary.not_finite ? "not finite" : text_of(summary.mean)]]
    : [
        ["min", text_of(summary.min)],
        ["max", text_of(summary.max)],
        ["mean", text_of(summary.mean)],
        ["norm", text_of(summary.norm)],
        ["zeros", percent(summary.zeros, summary.size)],
      ];
  if (summary.not_finite) facts.push(["not finite", `${summary.not_finite} of ${summary.size}`]);
  return make(`section.half${summary.not_finite ? ".bad" : zero ? ".zero" : ""}`, {},
    make("h3", {}, title),
    make("dl.facts", {}, facts.map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
    histogram_picture(summary), heat_picture(summary.heat, `heat map of the ${title}`));
}

function product_line(p, other, heat) {
  return make("li", {},
    make("div", {}, chip(other), make("span.amount", { title: "norm of the product" }, p.not_finite ? "not finite" : text_of(p.norm))),
    make("i.bar", { style: `width:${bar_width(p.norm)}%` }),
    make("span.note", {}, p.first ? "the first to arrive" : `makes ‖gradient‖ ${text_of(p.total_norm)}`,
      p.zeros ? `, ${percent(p.zeros, p.size)} zeros` : ""),
    heat && p.heat ? heat_picture(p.heat, "heat map of the product") : null);
}

function details_view(id) {
  const n = nodes[id];
  const gets = data.backward.filter((p) => p.to === id);
  const gives = data.backward.filter((p) => p.node === id);
  const missing = !n.needs_gradient ? "None: nothing that is learned stands behind it." :
    data.loss === null ? "No backward pass was seen." : "The backward pass did not reach it.";
  return [
    make("div.top", {},
      make("div", {}, make("p.path", {}, n.module ? n.module.split(".").join(" › ") : "top level"),
        make("h2", {}, make("b", {}, `#${id}`), ` ${n.op}`, own_name(n) ? make("span.name", {}, ` ${own_name(n)}`) : null),
        make("p.note", {}, n.shape.length ? `shape ${shape_text(n.shape)}, ${n.value.size.toLocaleString("en")} numbers` : "a scalar"),
        marks_of(n).map(mark)),
      make("button.close", { "aria-label": "Close", onclick: () => select(null) }, "×")),
    n.vjp ? make("div.formula", {}, make("span.note", {}, "vector-Jacobian product"), make("code", {}, n.vjp)) : null,
    n.inputs.length ? make("div.chips", {}, make("span.note", {}, "from"), n.inputs.map(chip)) : null,
    users[id].length ? make("div.chips", {}, make("span.note", {}, "used by"), users[id].map(chip)) : null,
    lens_of.has(id) ? lens_view(lens_of.get(id)) : null,
    make("div.halves", {}, summary_view("value", n.value), summary_view("gradient", n.gradient, missing)),
    gets.length ? make("section", {}, make("h3", {}, "its gradient is the sum of"), make("ul.products", {}, gets.map((p) => product_line(p, p.node, true)))) : null,
    gives.length ? make("section", {}, make("h3", {}, "it adds to"), make("ul.products", {}, gives.map((p) => product_line(p, p.to)))) : null,
  ].flat(2).filter((part) => part);
}

function overview() {
  const list = (title, ids, text) => (ids.length ? make("section", {}, make("h3", {}, title), make("p.note", {}, text), make("div.chips", {}, ids.map(chip))) : null);
  const one = (id) => (id === null ? [] : [id]);
  return [
    make("p.path", {}, "how to read this"),
    make("h2", {}, "The tape, top to bottom"),
    make("p", {}, "Nodes stand in the order in which they were executed; arcs run from inputs to users. The backward pass climbs: ",
      "move the slider, or press ← and →, and watch the bars fill as each node hands its gradient on. Choose a node to see its numbers."),
    list("Something is not finite", one(data.first_non_finite), "The first node with NaN or infinity."),
    list("A gradient is zero", one(data.first_zero_gradient), "The first node on the way back whose gradient is zero everywhere; nothing above it learns through it."),
    list("Solvers", data.solvers.map((lens) => lens.node), "Their pages show what the rule looked at."),
    list("The loss", one(data.loss), "Where the backward pass starts."),
  ].filter((part) => part);
}
