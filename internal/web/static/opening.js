// Follows one opening: marks the steps as they come, then goes to the notebook,
// or shows what went wrong. Without this script the page reloads itself.
const steps = document.getElementById("steps");
const words = JSON.parse(document.getElementById("words").textContent);
const failure = document.getElementById("failure");
const waiting = document.getElementById("wait");

function mark(word) {
  const lines = [...steps.children];
  const now = lines.findIndex((line) => line.dataset.step === word);
  if (now < 0) return;
  lines.forEach((line, i) => {
    line.className = i < now ? "done" : i === now ? "now" : "";
    line.lastElementChild.textContent = i < now ? `(${words.done})` : "";
    if (i === now) line.setAttribute("aria-current", "step");
    else line.removeAttribute("aria-current");
  });
  document.getElementById("said").textContent = lines[now].firstElementChild.textContent;
}

function show(cause) {
  document.querySelector("h1").textContent = document.title = failure.dataset.title;
  document.getElementById("cause").textContent = cause;
  steps.hidden = true;
  waiting.textContent = "";
  failure.hidden = false;
}

if (failure.hidden) {
  const events = new EventSource(steps.dataset.events);
  events.onmessage = ({ data }) => {
    const { step, wait, location: path, failure: cause } = JSON.parse(data);
    waiting.textContent = wait ?? "";
    if (path || cause) events.close();
    if (path) location.replace(path);
    else if (cause) show(cause);
    else mark(step);
  };
  // The browser reconnects by itself, unless we answered that there is nothing to follow: then the site
  // was cut off and started anew, and has forgotten the opening. The address that began it begins another.
  events.onerror = () => {
    if (events.readyState !== EventSource.CLOSED) return;
    if (location.pathname.startsWith("/openings/")) show(words.lost);
    else setTimeout(() => location.reload(), 1000);
  };
}
