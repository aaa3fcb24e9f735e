// The page around a notebook: tells how saving and the server are, saves before
// one leaves, and warns before the server stops. Without this script, all its links
// and buttons work; only what it tells is as it was when the page was loaded.
import { insist } from "./frame.js";
import { documents, saveAll } from "./jupyter.js";

const body = document.body;
const frame = document.querySelector("iframe");
const words = JSON.parse(document.getElementById("words").textContent);
const $ = (id) => document.getElementById(id);

// How often the site is asked how things are, in milliseconds.
const period = 15_000;

insist(frame);

function say(text) {
  if ($("said").textContent !== text) $("said").textContent = text;
}

function show(now, at) {
  const saved = $("saved");
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

// Saving, as Jupyter tells of it: of the notebook that the bar is about.
let savedAt, lost; // when the site last heard of a save; whether the site is silent

function watch() {
  const open = documents(frame);
  const top = open.find((doc) => doc.top && doc.notebook);
  if (top && top.path !== body.dataset.notebook) follow(top.path);
  const mine = open.find((doc) => doc.path === body.dataset.notebook);
  const at = mine?.savedAt > savedAt || !savedAt ? mine?.savedAt : savedAt;
  if (mine?.saving === "started") show("saving");
  else if (mine?.saving === "failed" && mine.dirty) show("failed");
  else if (lost) show("lost");
  else if (mine?.dirty) show("unsaved");
  else if (at) show("saved", at);
  if (!open.some((doc) => doc.dirty)) $("stay").hidden = true;
}

// JupyterLab shows one notebook after another: the bar is about the one that is seen,
// or, beside other things, that was seen last.
let followed;

async function follow(path) {
  if (followed === path || $("server").dataset.running !== "true" || $("bar").contains(document.activeElement)) return;
  followed = path;
  const base = new URL(".", new URL(body.dataset.state, location));
  const url = new URL("notebook/" + path.split("/").map(encodeURIComponent).join("/"), base);
  const shownIn = new URL(frame.contentWindow.location).pathname.slice(base.pathname.length - "-/".length).split("/")[0];
  const app = { lab: "lab", nbclassic: "classic" }[shownIn] ?? new URLSearchParams(location.search).get("app");
  if (app) url.searchParams.set("app", app);
  const response = await fetch(url, { headers: { Accept: "text/html" } }).catch(() => undefined);
  const page = new DOMParser().parseFromString(response?.ok ? await response.text() : "", "text/html");
  if (!page.getElementById("bar")) return;
  Object.assign(body.dataset, page.body.dataset);
  $("bar").replaceWith(page.getElementById("bar"));
  $("gone").querySelector("a").href = url;
  document.title = page.title;
  frame.title = page.querySelector("iframe").title;
  history.replaceState(null, "", url);
  savedAt = undefined;
  refresh();
}

// Who leaves with something unsaved waits until it is saved. If it cannot be, they stay;
// who then presses again leaves all the same, and is asked by the browser.
let busy, passing, insisted;

async function saveBefore(event, leave) {
  if (passing || !documents(frame).some((doc) => doc.dirty)) return;
  if (insisted === event.target) {
    insisted = undefined;
    return;
  }
  event.preventDefault();
  if (busy) return;
  busy = true;
  const { target } = event;
  const all = await saveAll(frame);
  busy = false;
  watch();
  $("stay").hidden = all;
  insisted = all ? undefined : target;
  if (!all) return;
  passing = true;
  leave();
  passing = false;
}

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-save]");
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && event.button === 0;
  if (link && plain) saveBefore(event, () => link.click());
});
addEventListener("submit", (event) => {
  if (event.target.matches("form[data-save]")) saveBefore(event, () => event.target.submit());
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
  savedAt = state.saved_at && new Date(state.saved_at);
  $("news").hidden = !state.outdated;
  stopsAt = state.stops_at && new Date(state.stops_at);
  $("time").hidden = !state.urgent;
  $("copy").hidden = false;
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
    lost = false;
  } catch {
    lost = true;
  }
  watch();
}

addEventListener("submit", async (event) => {
  if (event.target.id !== "time") return;
  event.preventDefault();
  try {
    tell(await ask({ method: "POST" }));
    say(words.kept);
  } catch {
    refresh(); // which tells why
  }
});

setInterval(() => document.hidden || refresh(), period);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(watch, 500);
refresh();

// The menu closes as people expect it.
function closeMenu(unless) {
  if (!$("more").contains(unless ?? null)) $("more").open = false;
}
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !$("more").open) return;
  closeMenu();
  $("more").querySelector("summary").focus();
});
addEventListener("pointerdown", (event) => closeMenu(event.target));
addEventListener("click", (event) => event.target.closest?.("#more a") && closeMenu());
addEventListener("focusin", (event) => closeMenu(event.target));
addEventListener("blur", () => document.activeElement === frame && closeMenu());

// Pages in a frame of another site may not have the clipboard for the asking.
addEventListener("click", async (event) => {
  if (event.target.id !== "copy") return;
  const code = $("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    getSelection().selectAllChildren(code);
    if (!document.execCommand("copy")) return; // it is selected
  }
  event.target.textContent = words.copied;
  say(words.code);
});
