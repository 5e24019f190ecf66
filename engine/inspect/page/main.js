// State, and what the reader does.

const state = { selected: null, step: steps.length, timer: null };

function select(id, scroll) {
  state.selected = id;
  show_step(scroll);
}

function go(step) {
  state.step = Math.max(0, Math.min(steps.length, step));
  state.selected = state.step > 0 ? steps[state.step - 1].node : data.loss;
  show_step(true);
}

function show_step(scroll) {
  const { selected, step } = state;
  at("slider").value = step;
  at("place").textContent = `${step} of ${steps.length}`;
  at("story").replaceChildren(...story(step));
  paint_rows(selected, step);
  const walking = selected !== null && step_of.get(selected) === step;
  light_arcs(selected, walking ? steps[step - 1].products : []);
  const details = at("details");
  if (details.dataset.shown !== String(selected)) {
    details.dataset.shown = String(selected);
    details.replaceChildren(...(selected === null ? overview() : details_view(selected)));
    details.classList.toggle("open", selected !== null);
    details.scrollTop = 0;
  }
  if (scroll && selected !== null) show_row(rows[row_of[selected]].element);
}

// Scrolls a row into the part of the window that nothing covers.
function show_row(element) {
  const box = element.getBoundingClientRect();
  const top = at("walk").getBoundingClientRect().bottom + row_height;
  const bottom = (innerWidth < 1000 ? innerHeight * 0.45 : innerHeight) - row_height;
  if (box.top < top || box.bottom > bottom) scrollBy({ top: box.top - (top + bottom) / 2, behavior: "instant" });
}

// What happens in a step, in words.
function story(step) {
  if (!steps.length) return [data.loss === null ? "No backward pass was seen: values only." : "Nothing was handed on."];
  if (step === 0) return ["Start: the loss ", chip(data.loss), " has the cotangent it was given; nothing else has a gradient yet."];
  const { node, products } = steps[step - 1];
  const parts = [chip(node), make("code", {}, nodes[node].vjp), "adds "];
  products.slice(0, 6).forEach((p, i) => parts.push(i ? ", " : "", make("b", {}, text_of(p.norm)), " to ", chip(p.to)));
  if (products.length > 6) parts.push(` and to ${products.length - 6} more`);
  return parts;
}

function play(on = state.timer === null) {
  clearInterval(state.timer);
  state.timer = null;
  at("play").textContent = on ? "❚❚" : "▶";
  at("play").setAttribute("aria-label", on ? "Pause" : "Play");
  if (!on) return;
  if (state.step === steps.length) go(0);
  state.timer = setInterval(() => (state.step < steps.length ? go(state.step + 1) : play(false)), Math.max(60, Math.min(700, 20000 / steps.length)));
}

// ---- Search --------------------------------------------------------------------------------------------------------
let hits = [], hit = -1;
function search() {
  const words = at("search").value.trim().toLowerCase().split(/\s+/).filter((word) => word);
  const matches = (n) => words.every((word) => (/^#\d+$/.test(word) ? word === `#${n.id}` : `${n.op} ${n.name} ${n.module}`.toLowerCase().includes(word)));
  hits = words.length ? nodes.filter(matches).map((n) => n.id) : [];
  hit = -1;
  at("search").classList.toggle("none", words.length > 0 && hits.length === 0);
  paint_hits();
}
function paint_hits() {
  const found = new Set(hits.map((id) => row_of[id]));
  rows.forEach((row, i) => row.element.classList.toggle("hit", found.has(i)));
  at("rows").classList.toggle("searching", hits.length > 0);
}
function next_hit(by) {
  if (!hits.length) return;
  hit = (hit + by + hits.length) % hits.length;
  reveal(hits[hit]);
  paint_hits();
  select(hits[hit], true);
}

// ---- The page ------------------------------------------------------------------------------------------------------
// The address may end in #node=12, #step=3, #dark or #light, with & between them.
function follow_hash() {
  const wanted = location.hash.match(/\b(dark|light)\b/)?.[1];
  if (wanted) document.documentElement.dataset.theme = wanted;
  redraw_all();
  const [step, node] = ["step", "node"].map((name) => location.hash.match(new RegExp(`\\b${name}=(\\d+)`))?.[1]);
  if (nodes.length && step !== undefined) go(Number(step));
  if (nodes[node]) {
    reveal(Number(node));
    select(Number(node), true);
  }
}

function start() {
  document.title = data.title;
  at("title").textContent = data.title;
  const loss = data.loss === null ? null : nodes[data.loss];
  at("facts").append(`${nodes.length} nodes`, loss && loss.value.size === 1 ? ` · loss ${text_of(loss.value.mean)}` : "",
    steps.length ? ` · ${steps.length} steps backward` : "");
  if (data.comparisons.length) at("comparisons").append(...data.comparisons.map(comparison_view));
  if (!nodes.length) {
    for (const id of ["walk", "main", "tools", "facts"]) at(id).hidden = true;
    return;
  }
  at("save").href = URL.createObjectURL(new Blob([at("inspection").textContent], { type: "application/json" }));
  at("slider").max = steps.length;
  at("walk").classList.toggle("empty", !steps.length);
  at("slider").addEventListener("input", (event) => (play(false), go(Number(event.target.value))));
  at("back").addEventListener("click", () => (play(false), go(state.step - 1)));
  at("next").addEventListener("click", () => (play(false), go(state.step + 1)));
  at("play").addEventListener("click", () => play());
  at("search").addEventListener("input", search);
  at("search").addEventListener("keydown", (event) => event.key === "Enter" && next_hit(event.shiftKey ? -1 : 1));
  addEventListener("keydown", (event) => {
    if (event.target === at("search") || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) {
      event.preventDefault();
      play(false);
      go(state.step + by);
    } else if (event.key === "Escape") select(null);
    else if (event.key === "/") (event.preventDefault(), at("search").focus());
  });
  new ResizeObserver(([entry]) => document.documentElement.style.setProperty("--walk", `${entry.target.offsetHeight}px`)).observe(at("walk"));
  addEventListener("resize", () => (draw_arcs(), show_step()));
  draw_rows();
  show_step();
}

prefers_dark.addEventListener("change", redraw_all);
addEventListener("hashchange", follow_hash);
start();
follow_hash();
