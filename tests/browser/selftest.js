// Appended to a page by tests/browser.sh: uses it as a reader would, and writes what failed into its title.
const failures = [];
addEventListener("error", (event) => failures.push(`error: ${event.message}`));
const expect = (truth, what) => truth || failures.push(what);

function use_tape() {
  expect(document.querySelectorAll(".row").length > 0, "no rows");
  for (const row of [...document.querySelectorAll(".row.node")].slice(0, 12)) {
    row.click();
    const id = Number(row.dataset.id);
    expect(at("details").textContent.includes(`#${id} ${nodes[id].op}`), `details of node ${id}`);
    expect(row.classList.contains("selected"), `row ${id} is not selected`);
  }
  const closed = document.querySelector(".row.group[aria-expanded=false]");
  const visible = rows.length;
  if (closed) {
    closed.click();
    expect(rows.length > visible, "a module does not open");
    document.querySelector(".row.group[aria-expanded=true]").click();
  }
  for (const lens of data.solvers) {
    select(lens.node);
    expect(at("details").querySelectorAll(".lens .plate").length >= 3, "pictures of the solver lens");
    if (lens.drawings[0]?.edges) expect(at("details").querySelectorAll(".lens .graph").length >= 3, `graphs of ${lens.solver}`);
    at("details").querySelector(".lens .chooser button")?.click();
  }
  expect(at("arcs").querySelectorAll("path").length >= 2, "no arcs");
  if (!steps.length) return;

  const slider = at("slider");
  for (let i = 0; i <= steps.length; ++i) {
    slider.value = i;
    slider.dispatchEvent(new Event("input"));
    expect(state.step === i, `the slider is at ${i}, the page at ${state.step}`);
    if (i > 0) expect(at("story").textContent.includes(`#${steps[i - 1].node} `), `story of step ${i}`);
  }
  const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  press("ArrowLeft");
  expect(state.step === steps.length - 1, "the left arrow");
  press("ArrowRight");
  expect(state.step === steps.length, "the right arrow");
  // Every gradient is the sum of its parts: the last total is the norm that the node shows.
  for (const [id, norm] of norms_after(steps.length))
    if (id !== data.loss && typeof norm === "number")
      expect(Math.abs(norm - nodes[id].gradient.norm) <= 1e-4 * Math.abs(norm) + 1e-12, `‖gradient‖ of ${id}`);

  at("search").value = nodes.at(-1).op;
  at("search").dispatchEvent(new Event("input"));
  expect(hits.includes(nodes.at(-1).id), "search");
  at("search").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  expect(state.selected === hits[0], "Enter in the search");
  at("search").value = "";
  at("search").dispatchEvent(new Event("input"));
  document.documentElement.dataset.theme = is_dark() ? "light" : "dark";
  redraw_all();
  select(null);
}

try {
  if (nodes.length) use_tape();
  for (const comparison of document.querySelectorAll(".comparison")) {
    expect(comparison.querySelectorAll("article").length >= 2, "rules side by side");
    expect(comparison.querySelectorAll(".plate").length >= 4, "pictures of a comparison");
    for (const picture of comparison.querySelectorAll(".plate svg, .plate canvas"))
      expect(picture.getAttribute("aria-label") || picture.getAttribute("aria-hidden"), "a picture without a label");
    comparison.querySelector(".chooser button")?.click();
  }
  expect(document.documentElement.scrollWidth <= innerWidth, `wider than the window: ${document.documentElement.scrollWidth} > ${innerWidth}`);
} catch (error) {
  failures.push(String(error.stack));
}
document.title = failures.length ? `FAILED: ${failures.join("; ")}` : "PASSED";
