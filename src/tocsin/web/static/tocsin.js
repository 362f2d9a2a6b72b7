// What every page does besides its plain forms and links. Nothing here is needed to get the work done.
"use strict";

// htmx sends what proves that a request is ours.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-Tocsin-Form"] = document.body.dataset.form;
});

// A form that came back is read from its summary on.
document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());

// ── keys ──
// Single letters count only outside fields, and can be switched off on the page that lists them.

const OFF = "tocsin:keys-off";
const FIELD = "input:not([type=radio], [type=checkbox], [type=submit], [type=button]), textarea, select, [contenteditable]";
const room = () => location.pathname.match(/^\/incidents\/(\d+)(?=$|\/lines$)/)?.[0].replace(/\/lines$/, "");

const kept = () => {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false; // a browser that keeps nothing keeps no switch either
  }
};

function keep(off) {
  try {
    if (off) localStorage.setItem(OFF, "1");
    else localStorage.removeItem(OFF);
  } catch {
    /* then it holds for this page only */
  }
}

let switchedOff = kept();
addEventListener("storage", () => (switchedOff = kept()));

const go = (path) => () => location.assign(path);
const line = () => document.activeElement?.closest(".line") ?? document.querySelector(".line:target");

// The next or the previous line of the log takes focus, and so is scrolled to.
function step(by) {
  const lines = [...document.querySelectorAll("#log .line")];
  const at = lines.indexOf(line());
  lines[at < 0 ? 0 : Math.min(Math.max(at + by, 0), lines.length - 1)]?.querySelector(".line__t")?.focus();
}

async function copy() {
  const address = line()?.querySelector(".line__t")?.href;
  if (!address) return;
  const news = document.getElementById("news");
  try {
    await navigator.clipboard.writeText(address);
    if (news) news.textContent = "Link copied";
  } catch {
    location.assign(address); // then it can be copied from where addresses stand
  }
}

function fold() {
  const all = [...(line()?.querySelectorAll(".line__b details") ?? [])];
  const open = !all.some((each) => each.open);
  all.forEach((each) => (each.open = open));
}

function choose(place) {
  document.querySelectorAll(".matrix input[type=radio][name=criterion]")[place]?.click();
}

function search() {
  const field = document.querySelector("main input[type=search]");
  if (field) field.focus();
  else location.assign("/incidents#q");
}

const EVERYWHERE = {
  "?": go("/keys"),
  "/": search,
  d: () => "acts" in document.body.dataset && location.assign("/declare"),
  ...Object.fromEntries([1, 2, 3, 4].map((n) => [String(n), () => choose(n - 1)])),
};
const AFTER_G = { n: "/", t: "/triage", i: "/incidents", p: "/people" };
const IN_ROOM = {
  n: () => document.querySelector(".composer textarea")?.focus(),
  u: () => "acts" in document.body.dataset && location.assign(`${room()}/update`),
  j: () => step(1),
  k: () => step(-1),
  p: () => line()?.querySelector("button.pin")?.click(),
  l: copy,
  o: fold,
  z: () => document.querySelector(".logbar .push a")?.click(),
};

let g = 0; // when g was pressed: what comes within a second says where to

function pressed(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (switchedOff || !document.body.dataset.me || event.target.closest?.(FIELD)) return;
  const after = Date.now() - g < 1000;
  g = 0;
  if (after && event.key in AFTER_G) {
    event.preventDefault();
    if (document.querySelector(`.nav a[href="${AFTER_G[event.key]}"]`)) location.assign(AFTER_G[event.key]);
    return;
  }
  if (event.key === "g") {
    g = Date.now();
    return;
  }
  const does = EVERYWHERE[event.key] ?? (room() ? IN_ROOM[event.key] : undefined);
  if (does) {
    event.preventDefault();
    does();
  }
}

// Leaving a field keeps what was typed. What closes gives focus back to what opened it.
function escaped(event) {
  const field = event.target.closest?.(FIELD);
  const around = event.target.closest?.("details[open]");
  const open = around ?? document.querySelector(".menu[open]");
  if (field) {
    if (around) around.querySelector("summary").focus();
    else field.blur();
  } else if (open && (!open.matches(".panel") || matchMedia("(max-width: 48rem)").matches)) {
    open.open = false;
    open.querySelector("summary").focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") escaped(event);
  else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest?.("textarea, input")?.form;
    if (form && !form.matches(".composer")) form.requestSubmit(); // the composer sends its own
  } else pressed(event);
});

document.addEventListener("DOMContentLoaded", () => {
  const label = document.querySelector("[data-keys]");
  if (!label) return;
  const box = label.querySelector("input");
  label.hidden = false;
  box.checked = !switchedOff;
  box.addEventListener("change", () => {
    switchedOff = !box.checked;
    keep(switchedOff);
  });
});
