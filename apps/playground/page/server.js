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

// question(): a request as things are now; show(answer); drawn(milliseconds) hears when the browser has drawn that, counted
// from the change that was asked for. Gives a function that asks, now or as soon as the question before is answered, and a
// promise of the end.
function live(question, show, drawn = () => {}) {
  let busy = null, changed = null; // when, where it is not yet asked for
  const work = async () => {
    while (changed !== null) {
      const request = question(), since = changed;
      changed = null;
      const answer = await ask(request);
      if (answer) {
        show(answer);
        requestAnimationFrame(() => setTimeout(() => drawn(performance.now() - since)));
      }
      await new Promise((done) => setTimeout(done)); // the browser hears the pointer
    }
    busy = null;
  };
  return () => {
    changed ??= performance.now();
    busy ??= work();
    return busy;
  };
}
