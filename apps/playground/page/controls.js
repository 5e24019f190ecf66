// Fields with labels: sliders, choices, flags.

let fields = 0;

// A slider from low to high; `log`: on a logarithmic scale, whose leftmost place is 0 where `zero` says so.
function slider(label, value, { low, high, step = "any", log = false, zero = false, help = "" }, change) {
  const id = `field${++fields}`, places = 200;
  const to_place = (x) => (x <= low && zero ? 0 : Math.round((places * Math.log(Math.max(x, low) / low)) / Math.log(high / low)));
  const from_place = (p) => (p === 0 && zero ? 0 : Number((low * (high / low) ** (p / places)).toPrecision(2)));
  const whole = (x) => (step === 1 ? Math.round(x) : x);
  const input = make("input", { id, type: "range", min: log ? 0 : low, max: log ? places : high, step: log ? 1 : step, value: log ? to_place(value) : value, title: help });
  const shown = make("output", { for: id }, text_of(value));
  const say = () => input.setAttribute("aria-valuetext", shown.textContent);
  say();
  input.addEventListener("input", () => {
    const now = whole(log ? from_place(Number(input.value)) : Number(input.value));
    shown.textContent = text_of(now);
    say();
    change(now);
  });
  return make("div.field", {}, make("label", { for: id, title: help }, label), input, shown);
}

function choice(label, value, options, change, help = "") {
  const id = `field${++fields}`;
  const select = make("select", { id, title: help }, options.map((option) => {
    const [key, text] = Array.isArray(option) ? option : [option, String(option).replace(/_/g, " ")];
    return make("option", { value: key, selected: key === value }, text);
  }));
  select.addEventListener("change", () => change(select.value));
  return make("div.field", {}, make("label", { for: id, title: help }, label), select);
}

function flag(label, value, change, help = "") {
  const id = `field${++fields}`;
  const box = make("input", { id, type: "checkbox", checked: value });
  box.addEventListener("change", () => change(box.checked));
  return make("div.field.flag", {}, box, make("label", { for: id, title: help }, label));
}

// One of a few, side by side.
function switches(label, value, options, change) {
  const name = `field${++fields}`;
  return make("div.switches", { role: "radiogroup", "aria-label": label }, options.map(([key, text]) => {
    const box = make("input", { type: "radio", name, id: `${name}-${key}`, checked: key === value });
    box.addEventListener("change", () => change(key));
    return [box, make("label", { for: `${name}-${key}` }, text)];
  }));
}

const button = (text, press, attributes = {}) => make("button.press", { onclick: press, ...attributes }, text);

// ---- Settings of rules, as the rule table lists them -------------------------------------------------------------
const symbols = { lambda: "step λ", tau: "noise τ", sigma: "noise σ", samples: "samples", noise: "kind of noise", side: "side", "lpgd-rho": "lpgd ρ", "regularized-strength": "regularized’s λ",
  "reinmax-tau": "reinmax τ", "aimle-alpha": "aimle’s first α", "aimle-step": "aimle’s η", "aimle-decay": "aimle’s decay", "aimle-nonzeros": "aimle’s non-zeros", "aimle-as-code": "aimle as its code does it" };
const first_settings = ["lambda", "tau", "sigma", "samples", "noise"];
const hidden_settings = ["side", "perturbation"]; // rules of the table have names of their own for these

function settings_view(rules, values, change) {
  const known = new Map();
  for (const rule of rules) for (const setting of rule.settings) if (!known.has(setting.name)) known.set(setting.name, setting);
  const field = (setting) => {
    const value = values[setting.name] ?? setting.value, label = symbols[setting.name] ?? setting.name;
    const set = (x) => change(setting.name, x);
    if (setting.choices) return choice(label, value, setting.choices, set, setting.help);
    if (typeof setting.value === "boolean") return flag(label, value, set, setting.help);
    if (setting.whole) return slider(label, value, { low: 1, high: 128, step: 1, log: true, help: setting.help }, set);
    return slider(label, value, { low: 0.001, high: 1000, log: true, zero: !setting.positive, help: setting.help }, set);
  };
  const all = [...known.values()].filter((setting) => !hidden_settings.includes(setting.name));
  const first = first_settings.filter((name) => known.has(name)).map((name) => field(known.get(name)));
  const rest = all.filter((setting) => !first_settings.includes(setting.name)).map(field);
  return [first, rest.length ? make("details", {}, make("summary", {}, "more settings"), rest) : null];
}
