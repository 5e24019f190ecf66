// The data, and the tape on the left: nodes in order of execution, grouped by module, with arcs from inputs to users.

const data = JSON.parse(at("inspection").textContent);
const nodes = data.nodes;
const users = nodes.map(() => []); // of each node
for (const n of nodes) for (const id of new Set(n.inputs)) users[id].push(n.id);

// The backward pass: one step a node, with the products that its VJP gives.
const steps = [];
for (const product of data.backward) {
  if (steps.at(-1)?.node !== product.node) steps.push({ node: product.node, products: [] });
  steps.at(-1).products.push(product);
}
const step_of = new Map(steps.map((step, i) => [step.node, i + 1]));
const lens_of = new Map(data.solvers.map((lens) => [lens.node, lens]));

const own_name = (n) => (n.module && n.name.startsWith(n.module + ".") ? n.name.slice(n.module.length + 1) : n.name);
const title_of = (n) => (own_name(n) ? `${n.op} ${own_name(n)}` : n.op);

// Marks a node has earned: [class, short text, sentence].
function marks_of(n) {
  const marks = [];
  if (n.id === data.loss) marks.push(["loss", "loss", "The backward pass starts here."]);
  if (lens_of.has(n.id)) marks.push(["solver", "solver", "A combinatorial solver under a gradient rule."]);
  if (n.id === data.first_non_finite) marks.push(["bad", "first non-finite", "The first node with a number that is NaN or infinite."]);
  if (n.id === data.first_zero_gradient)
    marks.push(["zero", "first zero gradient", "The first node of the backward pass whose gradient is zero everywhere."]);
  return marks;
}

// ---- Groups: a run of nodes of one module, and runs within it ----------------------------------------------------
const root = { children: [], depth: -1, name: "", open: true, nodes: [] };
{
  const stack = [root];
  for (const n of nodes) {
    const parts = n.module ? n.module.split(".") : [];
    let common = 0;
    while (common < parts.length && stack[common + 1]?.name === parts[common]) ++common;
    stack.length = common + 1;
    for (const name of parts.slice(common)) {
      const group = { children: [], depth: stack.length - 1, name, open: true, nodes: [] };
      stack.at(-1).children.push(group);
      stack.push(group);
    }
    for (const group of stack) group.nodes.push(n.id);
    stack.at(-1).children.push({ node: n, depth: stack.length - 1 });
  }
  const close = (group, depth) => {
    for (const child of group.children)
      if (!child.node) {
        child.open = child.depth < depth;
        close(child, depth);
      }
  };
  const visible = (group) =>
    group.children.reduce((sum, child) => sum + 1 + (child.node || !child.open ? 0 : visible(child)), 0);
  let depth = 8;
  while (depth > 0 && visible(root) > 60) close(root, --depth); // what fits a glance is open
}

const row_height = 30;
let rows = []; // what is visible, from top to bottom
let row_of = []; // of each node: its own row, or that of the closed group it is in

// ---- Gradients on a logarithmic scale -----------------------------------------------------------------------------
const norms = nodes.map((n) => n.gradient?.norm ?? 0).filter((x) => x > 0);
const norm_range = [Math.log(Math.min(...norms)), Math.log(Math.max(...norms))];
function bar_width(norm) {
  if (!(norm > 0)) return 0;
  const span = norm_range[1] - norm_range[0];
  return span > 0 ? Math.max(4, Math.min(100, 8 + (92 * (Math.log(norm) - norm_range[0])) / span)) : 60;
}

// Norms of all gradients after so many steps of the backward pass.
function norms_after(count) {
  const now = new Map();
  if (data.loss !== null && nodes[data.loss].gradient) now.set(data.loss, nodes[data.loss].gradient.norm);
  for (const step of steps.slice(0, count)) for (const p of step.products) now.set(p.to, p.total_norm);
  return now;
}

function draw_rows() {
  rows = [];
  row_of = new Array(nodes.length);
  const list = (group) => {
    for (const child of group.children) {
      if (child.node) {
        row_of[child.node.id] = rows.length;
        rows.push(child);
      } else {
        if (!child.open) for (const id of child.nodes) row_of[id] = rows.length;
        rows.push(child);
        if (child.open) list(child);
      }
    }
  };
  list(root);
  at("rows").replaceChildren(...rows.map((row) => (row.node ? node_row(row) : group_row(row))));
  draw_arcs();
}

const indent = (row) => `--depth:${row.depth}`;

function group_row(group) {
  const marked = group.open ? [] : group.nodes.flatMap((id) => marks_of(nodes[id]));
  return (group.element = make(
    "button.row.group",
    { style: indent(group), "aria-expanded": String(group.open), onclick: () => ((group.open = !group.open), draw_rows(), show_step()) },
    make("span.what", {}, make("span.twist", {}, group.open ? "▾" : "▸"), make("span.name", {}, group.name), marked.map(mark)),
    make("span.shape", {}, group.open ? "" : `${group.nodes.length} nodes`),
    make("span.norm", {}, make("i.bar")),
  ));
}

function node_row(row) {
  const n = row.node;
  return (row.element = make(
    `button.row.node${n.needs_gradient ? "" : ".constant"}`,
    { style: indent(row), "data-id": n.id, onclick: () => select(n.id) },
    make("span.what", {}, make("span.op", {}, n.op), make("span.name", {}, own_name(n)), marks_of(n).map(mark)),
    make("span.shape", {}, shape_text(n.shape)),
    make("span.norm", {}, n.needs_gradient ? make("i.bar") : null),
  ));
}

const mark = ([kind, text, sentence]) => make(`span.mark.${kind}`, { title: sentence }, text);

// ---- Arcs ----------------------------------------------------------------------------------------------------------
const arcs_width = () => (innerWidth < 640 ? 34 : 84);
const middle = (row) => row * row_height + row_height / 2;

// From the row of an input down to that of its user; the farther, the wider.
function arc(from, to) {
  const width = arcs_width();
  const reach = Math.min(width - 4, 8 + 11 * Math.log2(1 + Math.abs(to - from)));
  return `M${width} ${middle(from)}C${width - reach} ${middle(from)} ${width - reach} ${middle(to)} ${width} ${middle(to)}`;
}

function draw_arcs() {
  const svg = at("arcs");
  svg.setAttribute("width", arcs_width());
  svg.setAttribute("height", rows.length * row_height);
  const seen = new Set();
  const paths = { through: "", beside: "" };
  for (const n of nodes)
    for (const id of n.inputs) {
      const from = row_of[id], to = row_of[n.id];
      if (from === to || seen.has(from * nodes.length + to)) continue;
      seen.add(from * nodes.length + to);
      paths[nodes[id].needs_gradient && n.needs_gradient ? "through" : "beside"] += arc(from, to);
    }
  svg.replaceChildren(make("path.beside", { d: paths.beside }), make("path.through", { d: paths.through }), make("g", { id: "lit" }));
}

// The arcs of one step, towards the inputs; or of a selected node, to both sides.
function light_arcs(id, products) {
  const lit = at("lit");
  if (!lit) return;
  const paths = [];
  if (id !== null) {
    if (products.length)
      for (const p of products) paths.push(["path.flow", row_of[p.to], row_of[p.node], p]);
    else {
      for (const input of nodes[id].inputs) paths.push(["path.touch", row_of[input], row_of[id]]);
      for (const user of users[id]) paths.push(["path.touch", row_of[id], row_of[user]]);
    }
  }
  lit.replaceChildren(
    ...paths.filter(([, from, to]) => from !== to).map(([what, from, to, p]) =>
      make(what, { d: arc(from, to), "stroke-width": p ? 1.5 + bar_width(p.norm) / 40 : 1.5, class: p && !(p.norm > 0) ? "flow none" : null })),
    ...paths.filter(([, from, to, p]) => p && from !== to).map(([, from, , p]) =>
      make("path.tip", { d: `M${arcs_width()} ${middle(from)}l-7 -4v8z`, class: p.norm > 0 ? "tip" : "tip none" })),
  );
}

// ---- What changes with every step ---------------------------------------------------------------------------------
function paint_rows(selected, count) {
  const now = norms_after(count);
  const reached = selected === null ? -1 : row_of[selected];
  const fed = new Set(count > 0 ? steps[count - 1].products.map((p) => row_of[p.to]) : []);
  const whole = count === steps.length;
  rows.forEach((row, i) => {
    row.element.classList.toggle("selected", i === reached);
    row.element.classList.toggle("fed", !whole && fed.has(i));
    const bar = row.element.querySelector(".bar");
    if (!bar) return;
    const ids = row.node ? [row.node.id] : row.open ? [] : row.nodes;
    const known = ids.filter((id) => now.has(id)).map((id) => now.get(id));
    const norm = known.length ? Math.max(...known.map((x) => (typeof x === "number" ? x : 0))) : null;
    bar.style.width = `${norm === null ? 0 : bar_width(norm)}%`;
    bar.parentElement.classList.toggle("dead", norm === 0);
    bar.parentElement.title = norm === null ? "" : `‖gradient‖ ${text_of(norm)}`;
  });
}

// Opens all groups that a node is in.
function reveal(id) {
  const open = (group) => {
    for (const child of group.children)
      if (!child.node && child.nodes.includes(id)) {
        child.open = true;
        open(child);
      }
  };
  if (rows[row_of[id]].node) return;
  open(root);
  draw_rows();
}
