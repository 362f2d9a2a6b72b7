// An open room: new lines as they are written, what was missed while away, and nothing lost that somebody types.
// Without it the room is a page with forms that does the same at each load.
import { composer } from "/static/composer.js";

const main = document.querySelector("main[data-incident]");
const number = main.dataset.incident, here = `/incidents/${number}`, zone = main.dataset.zone;
const log = document.getElementById("log"), form = document.querySelector("form.composer");
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
const calendar = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: zone });
const make = (tag, css, text) => Object.assign(document.createElement(tag), { className: css, textContent: text });
const parsed = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content;
const asked = () => ({ "HX-Request": "true", "X-Tocsin-Form": document.body.dataset.form });

// ── what is said aloud: one polite region, a moment after the last line, and never focus moved ──

let fresh = 0, speaking = 0;
function announce(words) {
  const region = document.getElementById("news");
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    region.textContent = words || `${fresh} new ${fresh === 1 ? "line" : "lines"}`;
    fresh = 0;
  }, words ? 0 : 300);
}

function banner(id, words, link) {
  const old = document.getElementById(id);
  if (!words) old?.remove();
  if (old || !words) return;
  const box = make("div", "banner", "");
  box.id = id;
  box.setAttribute("role", "status");
  box.append(make("span", "", words));
  if (link) box.append(Object.assign(make("a", "", "Sign in"), { href: link }));
  main.before(box);
}

// ── lines ──

// Details that somebody opened stay open, in whatever takes their place.
function keepOpen(old, replacement) {
  const [were, are] = [old, replacement].map((each) => [...each.querySelectorAll("details")]);
  if (were.length === are.length) were.forEach((each, place) => { are[place].open = each.open; });
  if (old.matches("details")) replacement.open = old.open;
}

function swap(old, replacement) {
  keepOpen(old, replacement);
  old.replaceWith(replacement);
  window.htmx?.process(replacement);
}

// One by its number. A line that holds focus is changed when focus has gone elsewhere.
function place(html) {
  const line = parsed(html).querySelector("li");
  if (!line) return;
  const old = document.getElementById(line.id);
  const held = old?.contains(document.activeElement) && [".pin", ".line__t"].find((each) => document.activeElement.matches(each));
  if (held) { // what keys act upon is the same in the new one
    swap(old, line);
    line.querySelector(held)?.focus({ preventScroll: true });
  } else if (old?.contains(document.activeElement)) {
    old.addEventListener("focusout", () => setTimeout(() => place(html)), { once: true });
  } else if (old) {
    swap(old, line);
  } else {
    fresh += 1;
    announce();
    const all = !main.hasAttribute("data-older") && !/[?&]show=(?!all)/.test(location.search);
    if (all) insert(line);
    window.htmx?.process(line);
  }
}

const order = (line) => [Date.parse(line.dataset.at), Number(line.id.slice(1)) || 0];
const day = (line) => calendar.format(new Date(line.dataset.at));

// Newest first, by when it happened; a day that has no lines yet gets a heading of its own.
function insert(line) {
  const [at, seq] = order(line), lines = [...log.querySelectorAll("ol.log > li.line")];
  const below = lines.find((each) => order(each)[0] < at || (order(each)[0] === at && order(each)[1] < seq));
  const above = below ? lines[lines.indexOf(below) - 1] : lines[lines.length - 1];
  if (!below && document.querySelector("#log .older")) return; // it stands with the older ones
  line.classList.add("is-new");
  if (below && day(below) === day(line)) {
    if (below.previousElementSibling?.matches(".lull")) below.previousElementSibling.remove();
    below.before(line);
  } else if (above && day(above) === day(line)) {
    above.after(line);
  } else {
    const heading = make("div", "day", ""), list = make("ol", "log", "");
    heading.append(make("h3", "", day(line).replace(/^(\w+),? /, "$1, ")));
    list.append(line);
    const next = below?.closest("ol").previousElementSibling;
    if (next) next.before(heading, list);
    else log.append(heading, list);
  }
  document.querySelector("section > .empty")?.remove();
}

// ── everything but the log: each part by its id, but none that somebody is in or has begun to fill in ──

let looking = 0, stale = false;
function refresh() {
  clearTimeout(looking);
  looking = setTimeout(async () => {
    const answer = await fetch(`${here}/panels${location.search}`, { headers: asked() }).catch(() => null);
    if (!answer?.ok) return;
    stale = false;
    for (const part of [...parsed(await answer.text()).querySelectorAll("[hx-swap-oob]")]) {
      part.removeAttribute("hx-swap-oob");
      const old = document.getElementById(part.id);
      if (!old) continue;
      if (old.contains(document.activeElement) || [...old.querySelectorAll("input, textarea, select")].some(dirty)) {
        stale = true;
      } else {
        swap(old, part);
      }
    }
  }, 150);
}
const dirty = (field) => field.type !== "hidden" && (field.tagName === "SELECT"
  ? [...field.options].some((each) => each.selected !== each.defaultSelected)
  : field.value !== field.defaultValue || field.checked !== field.defaultChecked);
document.addEventListener("focusout", () => setTimeout(() => stale && refresh(), 300));

// ── the line to the server: closed while nobody looks, resumed at the last line that is here ──

let last = Number(main.dataset.last), source = null, again = 0, since = null, wait = 1000;
function connect() {
  clearTimeout(again);
  if (document.hidden || source) return;
  source = new EventSource(`${here}/live?after=${last}&zone=${encodeURIComponent(zone)}`);
  source.onopen = online;
  source.addEventListener("line", (event) => {
    last = Math.max(last, Number(event.lastEventId) || 0);
    place(event.data);
  });
  source.addEventListener("state", refresh);
  source.onerror = () => {
    if (source?.readyState !== EventSource.CLOSED) return offline(); // the browser tries again by itself
    cut();
    allowed();
  };
}
function disconnect() {
  source?.close();
  source = null;
}
function cut() {
  disconnect();
  offline();
  again = setTimeout(connect, wait);
  wait = Math.min(wait * 2, 15000);
}
// A stream cannot say why it was refused; a page can.
async function allowed() {
  const answer = await fetch(`${here}/lines?only=0`, { headers: asked() }).catch(() => null);
  if (answer?.status === 401) signedOut();
}
function online() {
  wait = 1000;
  if (since) refresh();
  since = null;
  banner("offline");
  banner("signed-out");
  flush();
}
function offline() {
  if (source?.readyState === EventSource.OPEN) return; // only what was sent just now did not get through
  since ??= new Date();
  const words = `Offline since ${clock.format(since)}. You see what was here then.`;
  setTimeout(() => { if (since && !document.getElementById("signed-out")) banner("offline", words); }, 700);
}
function signedOut() {
  banner("offline");
  if (document.getElementById("signed-out")) return;
  banner("signed-out", "Sign in again. What you wrote is kept here and sent then.",
    `/sign-in?to=${encodeURIComponent(here)}`);
}
addEventListener("offline", cut);
addEventListener("online", () => { disconnect(); connect(); });
addEventListener("pagehide", disconnect);
addEventListener("pageshow", connect);
document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));

const flush = form ? composer(form, { number, here, clock, log, make, asked, announce, offline, signedOut }) : () => {};
connect();
flush();
