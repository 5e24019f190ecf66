// Where the nodes of a graph are drawn. The same graph is always drawn in the same way.

// Places in the plane whose distances are close to a matrix of them [n, n], or to its negation: classical multidimensional
// scaling, the two largest eigenvectors of −½ J D² J by power iteration.
function places_at_distances(distances, n) {
  const sign = distances.reduce((a, b) => a + b, 0) < 0 ? -1 : 1;
  const least = distances.reduce((a, b) => Math.min(a, sign * b), 0);
  const squares = distances.map((x, i) => (i % (n + 1) === 0 ? 0 : (sign * x - least) ** 2));
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const rows = Array.from({ length: n }, (_, i) => mean(squares.slice(i * n, (i + 1) * n))), all = mean(rows);
  const gram = squares.map((x, i) => -(x - rows[Math.floor(i / n)] - rows[i % n] + all) / 2);
  const axis = () => {
    let vector = Array.from({ length: n }, (_, i) => Math.cos(1 + i * i)), size = 0;
    for (let round = 0; round < 200; ++round) {
      const next = vector.map((_, i) => vector.reduce((sum, x, j) => sum + gram[i * n + j] * x, 0));
      size = Math.hypot(...next);
      if (size === 0) break;
      vector = next.map((x) => x / size);
    }
    vector.forEach((x, i) => vector.forEach((y, j) => (gram[i * n + j] -= size * x * y)));
    return vector.map((x) => x * Math.sqrt(size));
  };
  const [xs, ys] = [axis(), axis()];
  return xs.map((x, i) => [x, ys[i]]);
}

// How many edges lie between every two nodes [n, n], whichever way they lead; what is not connected is farthest.
function steps_between(n, edges) {
  const beside = Array.from({ length: n }, () => []);
  for (const [a, b] of edges) (beside[a].push(b), beside[b].push(a));
  const steps = new Array(n * n).fill(-1);
  for (let start = 0; start < n; ++start) {
    const queue = [start];
    steps[start * n + start] = 0;
    for (const node of queue)
      for (const next of beside[node])
        if (steps[start * n + next] < 0) {
          steps[start * n + next] = steps[start * n + node] + 1;
          queue.push(next);
        }
  }
  const most = steps.reduce((a, b) => Math.max(a, b), 0);
  return steps.map((x) => (x < 0 ? most + 1 : x));
}

// Moves places until their distances are closer to those wanted: stress majorisation (E. Gansner, Y. Koren, S. North,
// "Graph drawing by stress majorization", 2004), one node after the other.
function settle(places, distances) {
  const n = places.length;
  places = places.map(([x, y], i) => [x + 0.05 * Math.cos(2.4 * i), y + 0.05 * Math.sin(2.4 * i)]); // none on another
  for (let round = 0; round < 100; ++round)
    for (let i = 0; i < n; ++i) {
      let x = 0, y = 0, weights = 0;
      for (let j = 0; j < n; ++j) {
        if (j === i) continue;
        const wanted = distances[i * n + j], weight = 1 / wanted ** 2;
        const [dx, dy] = [places[i][0] - places[j][0], places[i][1] - places[j][1]];
        const scale = wanted / (Math.hypot(dx, dy) || 1);
        x += weight * (places[j][0] + scale * dx);
        y += weight * (places[j][1] + scale * dy);
        weights += weight;
      }
      if (weights > 0) places[i] = [x / weights, y / weights];
    }
  return places;
}

const circle_of = (order) => {
  const places = [];
  order.forEach((node, i) => {
    const angle = Math.PI / 2 - (2 * Math.PI * i) / order.length;
    places[node] = [Math.cos(angle), Math.sin(angle)];
  });
  return places;
};

// The source to the left, the target to the right.
function turn(places, source, target) {
  const [dx, dy] = [0, 1].map((k) => places[target][k] - places[source][k]);
  const size = Math.hypot(dx, dy) || 1;
  return places.map(([x, y]) => [(x * dx + y * dy) / size, (y * dx - x * dy) / size]);
}

// Of n nodes and the edges [first end, second end] between them; costs: of the edges, which may
// be distances or their negations, or null.
function places_of_graph(n, edges, source, target, costs) {
  const steps = steps_between(n, edges);
  let places;
  if (steps.some((x) => x > 1)) places = settle(places_at_distances(steps, n), steps);
  else if (costs && (costs.every((x) => x >= 0) || costs.every((x) => x <= 0))) {
    edges.forEach(([a, b], e) => (steps[a * n + b] = steps[b * n + a] = Math.abs(costs[e])));
    places = places_at_distances(steps, n);
  } else places = circle_of(Array.from({ length: n }, (_, i) => i));
  return source >= 0 && target >= 0 ? turn(places, source, target) : places;
}

// Cities in the order of a tour; those that it does not visit are left out.
function tour_order(values, n) {
  const cities = Array.from({ length: n }, (_, i) => i), order = [];
  for (let here = Math.floor(values.indexOf(1) / n); here >= 0; ) {
    order.push(here);
    const row = here * n;
    here = cities.find((j) => values[row + j] === 1 && !order.includes(j)) ?? -1;
  }
  return order;
}

// Places, y upwards, as points of a picture that is 200 wide: [points, height]. Nodes without a place are not drawn.
function fit(places) {
  const margin = 13, known = places.filter((place) => place);
  const [xs, ys] = [0, 1].map((k) => extent(known.map((place) => place[k])));
  const scale = (200 - 2 * margin) / (Math.max(xs[1] - xs[0], ys[1] - ys[0]) || 1);
  const height = Math.max(80, scale * (ys[1] - ys[0]) + 2 * margin);
  const middle = [(xs[0] + xs[1]) / 2, (ys[0] + ys[1]) / 2];
  return [places.map((place) => place && [100 + scale * (place[0] - middle[0]), height / 2 - scale * (place[1] - middle[1])]), height];
}
