// Says times as they are where their reader is. Without this script they are
// there all the same, in UTC, or as long ago as they were when the page came.
const lang = document.documentElement.lang;
const full = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });

function ago(at) {
  const seconds = (at - Date.now()) / 1000;
  if (seconds > -60) return relative.format(0, "second");
  const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60]].find(([, size]) => -seconds >= size);
  return relative.format(Math.trunc(seconds / size), unit);
}

function say(time) {
  const at = new Date(time.dateTime);
  time.textContent = time.dataset.show === "ago" ? ago(at) : full.format(at);
  if (time.dataset.show === "ago") time.title = full.format(at);
}

function sayAll() {
  document.querySelectorAll("time[data-show]").forEach(say);
}

sayAll();
setInterval(sayAll, 60_000);
document.addEventListener("nbhosting:times", sayAll); // for scripts that put some into the page
