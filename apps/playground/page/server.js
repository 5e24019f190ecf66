// Questions to the server: one at a time, and of those that wait the latest alone. A saved page asks nothing.

const saved = JSON.parse(at("saved").textContent);
const offline = saved !== null;

function complain(text) {
  at("message").textContent = text;
  at("message").hidden = !text;
}

// The answer to a request; null where there is none, which the page then says.
async function ask(request) {
  if (offline) return null;
  try {
    const response = await fetch("/answer", { method: "POST", body: JSON.stringify(request) });
    const answer = await response.json();
    complain(answer.error ?? "");
    return answer.error ? null : answer;
  } catch {
    complain("The server does not answer. Is the playground still running?");
    return null;
  }
}

// question(): a request as things are now; show(answer, milliseconds). Gives a function that asks, now or as soon as
// the question before is answered, and a promise of the end.
function live(question, show) {
  let busy = null, again = false;
  const work = async () => {
    do {
      again = false;
      const request = question(), begun = performance.now();
      const answer = await ask(request);
      if (answer) show(answer, performance.now() - begun);
      await new Promise((done) => setTimeout(done)); // the browser draws, and hears the pointer
    } while (again);
    busy = null;
  };
  return () => {
    again = busy !== null;
    busy ??= work();
    return busy;
  };
}
