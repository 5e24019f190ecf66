// Tabs, addresses, themes, and what is saved.

const page = { element: at("main"), state: null, view: null, saved: null, times: [], open, changed, alive: () => true };
const remembered = {}; // the state of each view that was left

function tabs() {
  const views = [...Object.entries(kinds).map(([view, { title }]) => [view, title]), ["collapse", "Collapse"], ["net", "Net"]];
  at("tabs").append(...views.map(([view, title]) => make("button.tab", { role: "tab", id: `tab-${view}`, "aria-controls": "main", "aria-selected": "false", disabled: offline && saved.view !== view,
    onclick: () => open(view, remembered[view] ?? fresh(view)) }, title)));
  at("tabs").addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key], all = [...at("tabs").children];
    if (!by) return;
    event.preventDefault();
    all[(all.indexOf(document.activeElement) + by + all.length) % all.length].focus();
  });
}

const fresh = (view) => (view === "collapse" ? begin_collapse("run-away") : view === "net" ? begin_net() : begin(view));

let opened = 0;
function open(view, state, from = null) {
  page.stop?.();
  if (page.view) remembered[page.view] = page.state;
  const number = ++opened;
  Object.assign(page, { view, state, saved: from, stop: null, snapshot: () => ({}), address_state: () => page.state, alive: () => number === opened });
  for (const tab of at("tabs").children) {
    const on = tab.id === `tab-${view}`;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
  }
  at("main").setAttribute("aria-labelledby", `tab-${view}`);
  at("program").hidden = !kinds[view] || offline;
  complain("");
  const show = view === "collapse" ? collapse_page : view === "net" ? net_page : problem_page;
  page.ready = show(page).then(changed);
  return page.ready;
}

// The address says what is seen: it can be sent to somebody.
let waiting = null;
function changed() {
  if (offline) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => history.replaceState(null, "", to_address(page.view, page.address_state())), 250);
}

function follow_address() {
  const theme = location.hash.match(/\b(dark|light)$/)?.[1];
  if (theme) set_theme(theme);
  const found = from_address(location.hash.replace(/&(dark|light)$/, ""));
  const [view, state] = found ?? ["grid", begin("grid")];
  return open(view, view === "collapse" && !state.variants ? begin_collapse(collapses[state.which] ? state.which : "run-away") : state);
}

function set_theme(theme) {
  document.documentElement.dataset.theme = theme;
  redraw_all();
}

function download(name, text, type) {
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// This page with its state in it: it needs no server to show that.
async function saved_page() {
  const html = await (await fetch("/")).text();
  const json = JSON.stringify({ view: page.view, state: page.state, from: page.snapshot() }).replace(/</g, "\\u003c");
  return html.replace('id="saved">null<', () => `id="saved">${json}<`);
}

async function show_program() {
  const found = await ask({ ask: "program", state: page.state });
  if (!found) return;
  at("listing").textContent = found.text;
  at("dialog").showModal();
}

function start() {
  tabs();
  at("preset").append(make("option", { value: "" }, "Presets"), ...Object.entries(presets).map(([name, [title]]) => make("option", { value: name }, title)));
  at("preset").addEventListener("change", () => {
    const chosen = presets[at("preset").value];
    if (chosen) open(...chosen[1]());
    at("preset").value = "";
  });
  at("theme").addEventListener("click", () => set_theme(is_dark() ? "light" : "dark"));
  at("save").addEventListener("click", async () => download("playground.html", await saved_page(), "text/html"));
  at("program").addEventListener("click", show_program);
  at("copy").addEventListener("click", () => navigator.clipboard?.writeText(at("listing").textContent));
  at("close").addEventListener("click", () => at("dialog").close());
  prefers_dark.addEventListener("change", redraw_all);
  if (!offline) {
    addEventListener("hashchange", follow_address);
    return follow_address();
  }
  for (const id of ["save", "program", "preset"]) at(id).hidden = true;
  complain("A saved page: it shows one state. In the playground itself the state can be changed.");
  at("message").classList.add("calm");
  const state = saved.state;
  return open(saved.view, state, saved.from).then(() => {
    complain("A saved page: it shows one state. In the playground itself it can be changed.");
    if (location.hash === "#dark" || location.hash === "#light") set_theme(location.hash.slice(1));
  });
}
start();
