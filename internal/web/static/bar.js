// The page around a notebook: tells how saving and the server are, saves before
// one leaves, and warns before the server stops. Without this script, all its links
// and buttons work; only what it tells is as it was when the page was loaded.
const body = document.body;
const frame = document.querySelector("iframe");
const words = JSON.parse(document.getElementById("words").textContent);
const saved = document.getElementById("saved");
const $ = (id) => document.getElementById(id);

// How often the site is asked how things are, in milliseconds.
const period = 15_000;

// What Jupyter shows now: { dirty, save() }, or undefined if it has nothing to be saved.
// JupyterLab and Notebook 7 show themselves as "jupyterapp", the classic one as "Jupyter".
function shown() {
  const inner = reach(() => frame.contentWindow);
  const context = reach(() => inner.jupyterapp.shell.currentWidget.context);
  if (context?.model) return { dirty: context.model.dirty, save: () => context.save(), context };
  const classic = reach(() => inner.Jupyter.notebook);
  if (classic) return { dirty: classic.dirty, save: () => classic.save_notebook() };
}

// Jupyter's page may be half there, or the browser's own page of an error.
function reach(get) {
  try {
    return get() ?? undefined;
  } catch {}
}

function say(text) {
  if ($("said").textContent !== text) $("said").textContent = text;
}

function show(now, at) {
  if (saved.dataset.now === now && saved.dataset.at === String(at)) return;
  saved.dataset.now = now;
  saved.dataset.at = String(at);
  saved.textContent = words[now] + (at ? " " + clock(at) : "");
  if (now === "failed") say(words.failed);
}

function clock(at) {
  const sameDay = at.toDateString() === new Date().toDateString();
  return at.toLocaleString(document.documentElement.lang, sameDay ? { timeStyle: "short" } : { dateStyle: "short", timeStyle: "short" });
}

// Saving, as Jupyter tells of it.
let lastSaved, saving, listened;

function watchSaving() {
  const doc = shown();
  if (doc?.context && doc.context !== listened) {
    listened = doc.context;
    listened.saveState.connect((_, state) => {
      saving = state;
      if (state === "completed") lastSaved = new Date();
      watchSaving();
    });
  }
  if (saving === "started") show("saving");
  else if (saving === "failed") show("failed");
  else if (doc?.dirty) show("unsaved");
  else if (lastSaved) show("saved", lastSaved);
}

// Saves what is shown, and gives up after a while: who wants to leave may leave.
async function save() {
  const doc = shown();
  if (!doc?.dirty) return;
  show("saving");
  await Promise.race([Promise.resolve(doc.save()).catch(() => {}), new Promise((done) => setTimeout(done, 8000))]);
}

const tried = new WeakSet(); // links for which all was done that can be

addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-save]");
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && event.button === 0;
  if (!link || !plain || tried.delete(link) || !shown()?.dirty) return;
  event.preventDefault();
  await save();
  tried.add(link);
  link.click();
});
addEventListener("submit", async (event) => {
  if (!event.target.matches("form[data-save]") || !shown()?.dirty) return;
  event.preventDefault();
  await save();
  event.target.submit();
});

// How the server is, as the site tells.
let stopsAt;

async function ask(options) {
  const response = await fetch(options ? body.dataset.keepGoing : body.dataset.state, { headers: { Accept: "application/json" }, ...options });
  if (response.status === 404) return { running: false };
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}

function tell(state) {
  const dot = $("server");
  if (dot.dataset.running !== String(state.running)) {
    dot.dataset.running = state.running;
    dot.firstElementChild.textContent = state.running ? words.running : words.stopped;
    $("gone").hidden = state.running;
  }
  if (state.saved_at && !(lastSaved > new Date(state.saved_at))) lastSaved = new Date(state.saved_at);
  $("news").hidden = !state.outdated;
  stopsAt = state.stops_at && new Date(state.stops_at);
  $("time").hidden = !state.urgent;
  $("why").textContent = state.why ?? "";
  $("disk").textContent = state.disk ?? "";
  showNotices(state.notices ?? []);
  countDown();
}

// What the student should know is told once: who reads by ear would hear it each time.
let told = "";

function showNotices(notices) {
  if (JSON.stringify(notices) === told) return;
  told = JSON.stringify(notices);
  const lines = notices.map(({ at, text }) => {
    const line = document.createElement("p");
    line.textContent = at ? `${clock(new Date(at))} · ${text}` : text;
    return line;
  });
  $("notices").replaceChildren(...lines);
}

function countDown() {
  if (!stopsAt) {
    $("stops").textContent = $("left").textContent = "";
    return;
  }
  const minutes = Math.max(0, Math.round((stopsAt - Date.now()) / 60_000));
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: minutes < 120 ? "minute" : "hour", unitDisplay: "long" });
  const time = format.format(minutes < 120 ? minutes : Math.round(minutes / 60));
  $("left").textContent = words.left.replace("{time}", time);
  $("stops").textContent = words.stops.replace("{time}", time);
}

async function refresh() {
  try {
    tell(await ask());
  } catch {
    saved.textContent = words.lost;
    delete saved.dataset.now;
  }
}

$("time").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    tell(await ask({ method: "POST" }));
    say(words.kept);
  } catch {
    event.target.submit();
  }
});

setInterval(() => document.hidden || refresh(), period);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(watchSaving, 500);
refresh();

// The menu closes as people expect it.
const more = $("more");
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !more.open) return;
  more.open = false;
  more.querySelector("summary").focus();
});
const closeMore = (event) => more.contains(event.target) || (more.open = false);
addEventListener("pointerdown", closeMore);
addEventListener("blur", () => document.activeElement === frame && (more.open = false));

const copy = $("copy");
copy.hidden = !navigator.clipboard;
copy.addEventListener("click", async () => {
  await navigator.clipboard.writeText($("code").textContent).catch(() => getSelection().selectAllChildren($("code")));
  say(words.code);
});
