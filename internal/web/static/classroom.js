// The page for a class: shows the notebook that was chosen without leaving the
// page, and folds panels away. Without this script, each choice loads the page.
import { insist } from "./frame.js";

const words = JSON.parse(document.getElementById("words").textContent);
const body = document.body;
const main = document.getElementById("notebook");
const links = [...document.querySelectorAll(".notebooks a")];
const alone = document.getElementById("alone");
const narrow = matchMedia("(max-width: 45rem)");

// Notebooks that were shown before stay as they are for a while, hidden: to come
// back to one takes no time, and what was typed a moment ago can still be saved.
const kept = 4;

function currentFrame() {
  return main.querySelector("iframe:not([hidden])");
}

function watch(frame) {
  insist(frame);
  frame.addEventListener("load", () => {
    const path = frame.contentDocument?.location.pathname; // of the browser's own page of an error there is none
    if (path?.startsWith("/server/")) markOpened(frame.dataset.src);
  });
}

function markOpened(src) {
  for (const link of links.filter((link) => link.dataset.src === src)) {
    link.classList.add("opened");
    link.querySelector(".state").textContent = `(${words.opened})`;
  }
}

function frameOf(src, title) {
  const known = [...main.querySelectorAll("iframe")].find((frame) => frame.dataset.src === src);
  if (known) return known;
  const frame = currentFrame().cloneNode();
  frame.title = title;
  frame.dataset.src = src;
  frame.src = src;
  watch(frame);
  return frame;
}

function showNotebook(link) {
  const { src, title } = link.dataset;
  const old = currentFrame();
  const frame = frameOf(src, title);
  if (frame !== old) {
    old.hidden = true;
    frame.hidden = false;
    // Moving a frame that is there would load it again: the order of use is kept apart.
    if (!frame.isConnected) main.append(frame);
  }
  frame.dataset.used = String(performance.now());
  const frames = [...main.querySelectorAll("iframe")].sort((a, b) => b.dataset.used - a.dataset.used);
  for (const oldest of frames.slice(kept)) oldest.remove();
  for (const other of links) {
    if (other === link) other.setAttribute("aria-current", "page");
    else other.removeAttribute("aria-current");
  }
  alone.href = src;
  document.title = `${title} – ${body.dataset.course}`;
  document.getElementById("said").textContent = words.opening.replace("{title}", () => title);
}

function fold(button, folded) {
  button.setAttribute("aria-expanded", String(!folded));
  body.classList.toggle("folded-" + button.getAttribute("aria-controls"), folded);
}

function follow(event) {
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && event.button === 0;
  if (!plain || !currentFrame()) return;
  event.preventDefault();
  const link = event.currentTarget;
  if (link.href !== location.href) history.pushState(null, "", link.href);
  showNotebook(link);
  if (narrow.matches) {
    fold(document.querySelector("[aria-controls=contents]"), true);
    main.focus();
  }
}

const first = currentFrame();
if (first) {
  first.dataset.src = first.getAttribute("src");
  first.dataset.used = "0";
  watch(first);
  // The notebook may have come before this script.
  if (first.contentDocument?.readyState === "complete") first.dispatchEvent(new Event("load"));
}
const start = { href: location.href, link: links.find((link) => link.hasAttribute("aria-current")) };
for (const link of links) link.addEventListener("click", follow);
addEventListener("popstate", () => {
  const link = links.find((link) => link.href === location.href) ?? (location.href === start.href ? start.link : undefined);
  if (link && currentFrame()) showNotebook(link);
  else if (!location.hash) location.reload();
});
for (const button of document.querySelectorAll(".fold")) {
  button.hidden = false;
  button.addEventListener("click", () => fold(button, button.getAttribute("aria-expanded") === "true"));
}
if (narrow.matches && first) fold(document.querySelector("[aria-controls=contents]"), true);
if (matchMedia("(max-height: 20rem)").matches && first) fold(document.querySelector("[aria-controls=top]"), true);
