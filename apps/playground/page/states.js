// States as addresses hold them, where they begin, and presets that lessons link to.

// Numbers in 0 … 1 that follow from a seed (mulberry32).
function dice(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const rounded = (x) => Math.round(x * 1000) / 1000;
const filled = (n, make_one) => Array.from({ length: n }, (_, i) => rounded(make_one(i)));
const bell = (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

const common = { loss: "hamming", projection: "none", margin: "none", alpha: 0.2, rule: "blackbox", rate: 0.05, seed: 1,
  settings: { lambda: 0.5, tau: 0.1, sigma: 0.1, samples: 8, noise: "gumbel", "aimle-alpha": 1 } };

// Smooth terrain: a few hills on a low plain.
function terrain(height, width, seed) {
  const next = dice(seed);
  const hills = Array.from({ length: 3 + Math.round((height * width) / 16) }, () => [next() * height, next() * width, 0.6 + 0.9 * next(), 0.3 + 0.6 * next()]);
  return filled(height * width, (i) => {
    const [r, c] = [Math.floor(i / width), i % width];
    const up = hills.reduce((sum, [y, x, size, tall]) => sum + tall * Math.exp(-((r - y) ** 2 + (c - x) ** 2) / (2 * size * size)), 0);
    return Math.min(1, 0.08 + up) + 0.04 * next();
  });
}

// Every kind of problem: its name, a state to begin with, and what its numbers are.
const kinds = {
  grid: {
    title: "Grid", what: "cost", sizes: [["height", 2, 32], ["width", 2, 32]],
    begin: ({ height = 12, width = 12, seed = 3 } = {}) => ({ height, width, x: terrain(height, width, seed) }),
    range: [0, 1],
  },
  top_k: {
    title: "Top k", what: "score", sizes: [["n", 2, 40], ["k", 1, 40]],
    begin: ({ n = 10, k = 3, seed = 4 } = {}) => { const next = dice(seed); return { n, k: Math.min(k, n), x: filled(n, () => bell(next)) }; },
    range: [-2, 2],
  },
  ranking: {
    title: "Ranking", what: "score", sizes: [["n", 2, 24]],
    begin: ({ n = 7, seed = 5 } = {}) => { const next = dice(seed); return { n, x: filled(n, () => bell(next)), loss: "l2" }; },
    range: [-2, 2],
  },
  tour: {
    title: "Tour", what: "city", sizes: [["n", 3, 12]],
    begin: ({ n = 8, seed = 6 } = {}) => { const next = dice(seed); return { n, x: filled(2 * n, () => next()), rate: 0.003 }; },
    range: [0, 1],
  },
  assignment: {
    title: "Assignment", what: "cost", sizes: [["height", 2, 16], ["width", 2, 16]],
    begin: ({ height = 6, width = 6, seed = 7 } = {}) => { const next = dice(seed); return { height, width, x: filled(height * width, () => next()) }; },
    range: [0, 1],
  },
  spanning_tree: {
    title: "Spanning tree", what: "node", sizes: [["n", 2, 16]],
    begin: ({ n = 8, seed = 8 } = {}) => { const next = dice(seed); return { n, x: filled(2 * n, () => next()), rate: 0.003 }; },
    range: [0, 1],
  },
  knapsack: {
    title: "Knapsack", what: "value", sizes: [["n", 2, 40], ["capacity", 1, 200]],
    begin: ({ n = 9, capacity = 20, seed = 9 } = {}) => {
      const next = dice(seed), weights = Array.from({ length: n }, () => 2 + Math.floor(8 * next()));
      return { n, capacity, weights, x: filled(n, (i) => 0.1 * weights[i] * (0.5 + next())) };
    },
    range: [0, 2],
  },
  min_cut: {
    title: "Min cut", what: "capacity", sizes: [],
    begin: ({ seed = 10 } = {}) => {
      const next = dice(seed);
      const edges = [0, 1, 0, 2, 0, 3, 1, 2, 3, 2, 1, 4, 2, 4, 2, 5, 3, 5, 3, 6, 4, 5, 6, 5, 4, 7, 5, 7, 6, 7];
      const positions = [0, 1, 1, 2, 1, 1, 1, 0, 2, 2, 2, 1, 2, 0, 3, 1];
      return { n: 8, edges, positions, x: filled(edges.length / 2, () => 0.2 + 0.8 * next()) };
    },
    range: [0, 2],
  },
};

const begin = (kind, sizes) => ({ problem: kind, ...structuredClone(common), ...kinds[kind].begin(sizes) });

// ---- Collapse: variants of one batch of top-k problems ----------------------------------------------------------
function begin_collapse(which) {
  const rows = 32, n = 10, k = 3, next = dice(11);
  const x = filled(rows * n, () => bell(next)), hidden = filled(rows * n, () => bell(next));
  const wanted = hidden.map((score, i) => {
    const row = hidden.slice(i - (i % n), i - (i % n) + n);
    return row.filter((other) => other > score).length < k ? 1 : 0;
  });
  const state = { ...structuredClone(common), problem: "top_k", n, k, rows, x, wanted, rule: "identity", rate: 3 };
  const variants = {
    "run-away": [
      { name: "a loss that never rests", loss: "hamming" },
      { name: "… with a projection", loss: "hamming", projection: "standardize" },
    ],
    rest: [
      { name: "a loss that rests when the answer is right", loss: "l1" },
      { name: "… with a projection", loss: "l1", projection: "standardize" },
    ],
    margin: [
      { name: "no margin", loss: "l1", projection: "standardize" },
      { name: "an informed margin of 0.2", loss: "l1", projection: "standardize", margin: "informed", alpha: 0.2 },
      { name: "a noise margin of 0.2", loss: "l1", projection: "standardize", margin: "noise", alpha: 0.2 },
    ],
  }[which];
  return { which, state, variants, at: 0 };
}
const collapses = {
  "run-away": ["Scores that run away", "The Hamming loss pushes on when the answer is right already. Under Identity the scores grow without end, and steps of one size change less and less. A projection takes out of the gradient what can change no answer."],
  rest: ["Costs that collapse", "A loss that rests when the answer is right stops at the first moment in which it is: the least noise turns answers over. A projection fixes the scale, and no more."],
  margin: ["What a margin does", "With a margin the wanted solution has to win by a distance, on the fixed scale that the projection gives. Its answers stand when they are shaken."],
};

// ---- Nets ---------------------------------------------------------------------------------------------------------
function begin_net({ shape = "moons", hidden = [8, 8], activation = "relu", rate = 0.03, seed = 1 } = {}) {
  const next = dice(12), points = [];
  for (let i = 0; i < 80; ++i) {
    const label = i % 2, angle = Math.PI * next();
    const moon = label ? [0.25 - 0.6 * Math.cos(angle), 0.2 - 0.7 * Math.sin(angle)] : [-0.25 + 0.6 * Math.cos(angle), -0.15 + 0.7 * Math.sin(angle)];
    const ring = [Math.cos(2 * angle), Math.sin(2 * angle)].map((x) => x * (label ? 0.75 : 0.25));
    const place = shape === "moons" ? moon : ring;
    points.push(rounded(place[0] + 0.06 * bell(next)), rounded(place[1] + 0.06 * bell(next)), label);
  }
  return { points, hidden, activation, rate, seed, weights: null };
}

// ---- Presets: #preset=NAME ------------------------------------------------------------------------------------------
const presets = {
  grid: ["A path through hills", () => ["grid", begin("grid")]],
  "small-lambda": ["Blackbox with too small a λ", () => ["grid", { ...begin("grid"), settings: { ...common.settings, lambda: 0.001 } }]],
  "large-lambda": ["Blackbox with a large λ", () => ["grid", { ...begin("grid"), settings: { ...common.settings, lambda: 20 } }]],
  solver: ["A solver whose true gradient is zero", () => ["top_k", { ...begin("top_k", { n: 5, k: 2 }), x: [0.9, 0.1, 0.5, 0.4, -0.3], wanted: [1, 0, 0, 1, 0], loss: "l2", rule: "identity", settings: { ...common.settings, lambda: 0.2 } }]],
  rules: ["One path under each rule", () => ["grid", { ...begin("grid", { height: 8, width: 8, seed: 5 }), settings: { ...common.settings, lambda: 0.2 } }]],
  line: ["The loss along a line", () => ["top_k", { ...begin("top_k", { n: 6, k: 2 }), x: [0.3, -0.2, 0.1, 0.5, -0.4, 0.2], wanted: [1, 0, 0, 0, 1, 0], rule: "perturbed", settings: { ...common.settings, lambda: 0.2, sigma: 0.25, samples: 64 } }]],
  regret: ["A loss by true costs: regret", () => ["grid", { ...begin("grid", { height: 8, width: 8, seed: 5 }), loss: "regret", settings: { ...common.settings, lambda: 0.2 } }]],
  "fenchel-young": ["A loss with its own gradient", () => ["grid", { ...begin("grid", { height: 8, width: 8, seed: 5 }), loss: "fenchel_young", settings: { ...common.settings, sigma: 0.2, noise: "normal" } }]],
  tour: ["Cities that want another tour", () => ["tour", begin("tour")]],
  "run-away": ["Scores that run away", () => ["collapse", begin_collapse("run-away")]],
  collapse: ["Costs that collapse", () => ["collapse", begin_collapse("rest")]],
  margin: ["What a margin does", () => ["collapse", begin_collapse("margin")]],
  net: ["Two moons", () => ["net", begin_net()]],
  "dead-relu": ["Units that die", () => ["net", begin_net({ shape: "ring", hidden: [10, 10], rate: 1 })]],
};

// ---- Addresses ------------------------------------------------------------------------------------------------------
const to_address = (view, state) => "#" + btoa(unescape(encodeURIComponent(JSON.stringify([view, state])))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// [view, state] of an address; null where it holds none.
function from_address(hash) {
  const preset = hash.match(/^#preset=([\w-]+)/)?.[1];
  if (preset) return presets[preset]?.[1]() ?? null;
  try {
    const [view, state] = JSON.parse(decodeURIComponent(escape(atob(hash.slice(1).replace(/-/g, "+").replace(/_/g, "/")))));
    return (kinds[view] || view === "collapse" || view === "net") && typeof state === "object" && state ? [view, state] : null;
  } catch {
    return null;
  }
}
