// Tensors of combinatorial problems as figures: exhibits, one instance at a time.

const samples_of = (exhibit, base) => Math.max(1, Math.round(exhibit.instances / base));

// Instance i of an exhibit, of the given sample where it has a sample axis; null when it was not kept.
function instance_of(exhibit, problem, base, i, sample = 0) {
  const size = problem.instance.reduce((a, b) => a * b, 1);
  const samples = samples_of(exhibit, base);
  const index = (Math.floor(i / problem.rows) * samples + Math.min(sample, samples - 1)) * problem.rows + (i % problem.rows);
  const values = exhibit.values.slice(index * size, (index + 1) * size);
  return values.length === size ? values : null;
}

const role_of = (name) => (/solution/.test(name) ? "solution" : /gradient|^dy$/.test(name) ? "change" : "scores");

// scores: the exhibit that a solution was found for.
function plate(exhibit, problem, base, [i, sample], view, caption, scores) {
  const values = instance_of(exhibit, problem, base, i, sample);
  if (!values) return null;
  const text = caption ?? exhibit.name, samples = samples_of(exhibit, base);
  const costs = scores ? instance_of(scores, problem, base, i, sample) : null;
  return make("figure.plate", {}, instance_picture(values, view, role_of(exhibit.name), costs),
    make("figcaption", {}, samples > 1 ? `${text} · sample ${Math.min(sample, samples - 1) + 1}` : text));
}
