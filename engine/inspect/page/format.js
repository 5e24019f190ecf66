// Small tools: numbers as text, elements.

// A number to four digits; what is not finite comes as text already.
function text_of(x) {
  if (typeof x === "string") return { nan: "NaN", inf: "∞", "-inf": "−∞" }[x] ?? x;
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (Number.isInteger(x) && size < 1e6) return String(x).replace("-", "−");
  const text = size >= 1e5 || size < 1e-3 ? x.toExponential(3) : String(Number(x.toPrecision(4)));
  return text.replace("e+", "e").replace(/-/g, "−");
}

function shape_text(shape) {
  return shape.length ? shape.join("×") : "scalar";
}

function percent(part, whole) {
  const share = whole > 0 ? (100 * part) / whole : 0;
  return share === 0 || share === 100 ? `${share} %` : share < 0.1 ? "< 0.1 %" : `${Number(share.toPrecision(3))} %`;
}

// make("div.card", {title: "…"}, child, "text", [more])
function make(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const svg = ["svg", "path", "rect", "line", "circle", "g", "text"].includes(tag);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  if (classes.length) element.setAttribute("class", classes.join(" "));
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element[name] = value;
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

const at = (id) => document.getElementById(id);
const prefers_dark = matchMedia("(prefers-color-scheme: dark)");
const is_dark = () => (document.documentElement.dataset.theme ?? (prefers_dark.matches ? "dark" : "light")) === "dark";
