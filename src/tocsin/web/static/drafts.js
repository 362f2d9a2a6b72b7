// What somebody types into a form is kept in their browser until the server has taken it: through a reload, a
// sign-out, a server that is away. Each tab keeps its own; what a tab that is gone has left, the next one finds.
// A form that comes back so is as it was left, as though it had stood open all the while: what it has seen, too.

const { me, zone } = document.body.dataset;
const TYPED = `textarea:not([readonly]), input:is(:not([type]), [type=text], [type=search], [type=url], [type=email],
  [type=number], [type=datetime-local])`;
const WHICH = ["from", "person", "proposal", "role", "thread"]; // hidden fields that tell one form from the next
const NOT_KEPT = ["csrf", "state", ...WHICH];
const LONGEST = 60 * 24 * 3600 * 1000;

export const name = () => [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16)).join("");
export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
export const make = (tag, css, text) => Object.assign(document.createElement(tag), { className: css, textContent: text });

// ── where it is kept ──

export const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
export const keys = (prefix) => {
  try { return Object.keys(localStorage).filter((each) => each.startsWith(prefix)); } catch { return []; }
};
export function write(key, value) { // whether it could be: a browser has little room, or gives none
  try {
    value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key);
    return true;
  } catch { return false; }
}

// A tab has a name of its own, which it leaves to the page after this one. It stands there only while this page is
// on its way out: a tab that was copied from this one is another.
const session = (change) => { try { return change(sessionStorage); } catch { return null; } };
const tab = session((kept) => kept.getItem("tocsin:tab")) ?? name();
const arrived = () => session((kept) => kept.removeItem("tocsin:tab"));
const going = () => session((kept) => kept.setItem("tocsin:tab", tab));
arrived();

const hidden = (form) => [...form.elements].filter((each) => each.type === "hidden");
const which = (form) => hidden(form).filter((each) => WHICH.includes(each.name)).map((each) => [each.name, each.value]);
function place(form, pairs = which(form)) {
  const path = new URL(form.getAttribute("action"), location.href).pathname;
  const first = [...form.elements].find((each) => each.matches(TYPED))?.name;
  return `tocsin:${me}:draft:${path}?${new URLSearchParams(pairs)}#${first}:`;
}
const keyOf = (form) => place(form) + tab;
export const draft = (form) => read(keyOf(form));
const amend = (form, change) => draft(form) && write(keyOf(form), { ...draft(form), ...change });

// ── what stands in a form, and what stood in it when it came ──

const kept = (form) => [...form.elements].filter((each) => each.name
  && !["hidden", "submit", "button", "password", "file", "fieldset", "output"].includes(each.type));
const ticks = (field) => field.type === "radio" || field.type === "checkbox";

function values(form, of) {
  const found = {};
  for (const field of kept(form)) (found[field.name] ??= []).push(...of(field));
  return found;
}
export const now = (form) => values(form, (field) => (!ticks(field) || field.checked ? [field.value] : []));
const given = (form) => values(form, (field) => {
  if (ticks(field)) return field.defaultChecked ? [field.value] : [];
  if (field.tagName !== "SELECT") return [field.defaultValue];
  return [([...field.options].find((each) => each.defaultSelected) ?? field.options[0])?.value ?? ""];
});

function set(form, field, [...told]) {
  for (const each of kept(form).filter((one) => one.name === field)) {
    if (ticks(each)) each.checked = told.includes(each.value);
    else if (each.tagName !== "SELECT") each.value = told.shift() ?? "";
    else if ([...each.options].some((option) => option.value === told[0])) each.value = told.shift();
  }
}

// ── keeping ──

export function save(form) {
  const key = keyOf(form), old = read(key), is = now(form), came = given(form);
  const begun = { ...came, ...old?.given };
  const touched = Object.keys(is).filter((each) => old?.values[each] || !same(is[each], came[each]));
  const typed = touched.filter((each) => !same(is[each], begun[each]) || !same(is[each], came[each]))
    .some((each) => kept(form).some((field) => field.name === each && field.matches(TYPED)));
  if (!typed) return drop(form);
  const pick = (from) => Object.fromEntries(touched.map((each) => [each, from[each]]));
  const all = { ...old?.values, ...pick(is) }, at = same(old?.values, all) ? old.at : new Date().toISOString();
  const rest = hidden(form).filter((each) => !NOT_KEPT.includes(each.name)).map((each) => [each.name, each.value]);
  write(key, { at, values: all, given: { ...old?.given, ...pick(begun) }, hidden: Object.fromEntries(rest) });
}

export function drop(form) {
  write(keyOf(form));
  form.querySelectorAll(".draft, .draft-now").forEach((each) => each.remove());
}

// It goes out with the page: what comes back under the same name is the server's answer to it.
export const tried = (form) => amend(form, { tried: true });

// What was sent and not taken is laid where such a form finds it: this one, or one that answers another line.
export function lay(form, fields, at) {
  const record = { at, values: {}, given: {}, hidden: {}, left: true }, came = given(form);
  for (const [field, value] of Object.entries(fields)) {
    if (field in came) [record.values[field], record.given[field]] = [[value], came[field]];
    else if (!NOT_KEPT.includes(field)) record.hidden[field] = value;
  }
  const there = place(form, WHICH.filter((each) => each in fields).map((each) => [each, fields[each]]));
  write(there + (read(there + tab) ? name() : tab), record);
}

// ── finding it again ──

export function restore(form) {
  const own = draft(form);
  if (own?.tried && own.hidden.once === form.elements.once?.value) { // the form came back, with what was typed
    amend(form, { tried: false });
    return save(form);
  }
  if (own) return fill(form, own);
  const age = (key) => Date.now() - Date.parse(read(key)?.at);
  const others = keys(place(form)).sort((one, other) => age(one) - age(other));
  const left = others.find((each) => read(each)?.left);
  if (left) return adopt(form, left);
  others.forEach((each) => ask(each, () => draft(form) || adopt(form, each)));
}

function adopt(form, key) {
  const record = read(key);
  if (!record) return;
  write(keyOf(form), { ...record, left: false });
  write(key);
  fill(form, record);
}

function fill(form, record) {
  const before = now(form), came = given(form), were = hidden(form).map((each) => [each, each.value]);
  const names = Object.keys(record.values).filter((each) => each in came);
  const more = Object.keys(record.values).filter((each) => !(each in came)).flatMap((each) => record.values[each]);
  const stand = !more.length && names.every((each) => same(record.values[each], came[each]));
  if (stand) return drop(form); // it was taken, though nobody heard of it
  const put = (all) => names.forEach((each) => set(form, each, all[each]));
  const here = () => {
    put(record.values);
    hidden(form).forEach((each) => { if (each.name in record.hidden) each.value = record.hidden[each.name]; });
    write(keyOf(form), { ...record, left: false });
    const text = `Kept from ${clock(record.at)}, not sent.`;
    say(form, form.elements.at?.value ? `${text} Once sent, it stands in the log at that time.` : text, "Throw it away", away);
    names.filter((each) => !same(came[each], record.given[each])).forEach((each) => stands(form, each, came[each]));
    if (more.length) form.querySelector(".draft").after(quoted("This was written, too", more));
    told(form, names);
  };
  const away = () => {
    put(before);
    were.forEach(([each, value]) => { each.value = value; });
    drop(form);
    say(form, "Thrown away.", "Bring it back", here);
    told(form, names);
  };
  here();
}

function say(form, words, button, does) {
  form.querySelectorAll(".draft, .draft-now").forEach((each) => each.remove());
  const box = make("p", "draft small", ""), press = make("button", "btn btn--small btn--plain", button);
  press.type = "button";
  press.addEventListener("click", () => {
    does();
    form.querySelector(".draft button")?.focus();
  });
  box.setAttribute("role", "status");
  box.append(make("span", "", words), press);
  form.prepend(box);
}

// Somebody has changed what this text was written over: both are there to be read.
function stands(form, field, there) {
  const first = kept(form).find((each) => each.name === field);
  if (first.matches(TYPED)) (first.closest("label") ?? first).after(quoted("It was changed since. This stands there now", there));
}
function quoted(words, texts) {
  const box = make("details", "draft-now folded small", "");
  box.open = true;
  box.append(make("summary", "", words), make("div", "draft-now__x", texts.join("\n") || "Nothing."));
  return box;
}

// What else looks at the form hears of it; what is folded is opened.
function told(form, names) {
  const fields = kept(form).filter((each) => names.includes(each.name));
  for (const field of [form, ...fields]) {
    for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }
  for (const kind of ["input", "change"]) {
    fields.forEach((each) => each.dispatchEvent(new CustomEvent(kind, { bubbles: true, detail: "draft" })));
  }
}

function clock(at) {
  const told = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  const day = (moment) => new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: zone }).format(moment);
  const then = new Date(at), time = new Intl.DateTimeFormat("en-GB", told).format(then);
  return day(then) === day(new Date()) ? time : `${day(then)}, ${time}`;
}

// ── other tabs: one that closes leaves what it has; of one that did not say so, nobody knows, unless it answers ──

export const forms = () => [...document.querySelectorAll("main form[method=post]")]
  .filter((form) => form.querySelector(TYPED) && !form.querySelector("[type=password]"));
const mark = (left) => forms().forEach((form) => amend(form, { left }));
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("tocsin") : null;
const alive = new Set();

tabs?.addEventListener("message", ({ data }) => {
  if (data.mine) alive.add(data.mine);
  else if (forms().some((form) => keyOf(form) === data.whose)) tabs.postMessage({ mine: data.whose });
});
function ask(key, nobodys) {
  tabs?.postMessage({ whose: key });
  setTimeout(() => alive.has(key) || nobodys(), 500);
}
addEventListener("pagehide", () => { going(); mark(true); });
addEventListener("pageshow", (event) => { if (event.persisted) { arrived(); mark(false); } });
document.addEventListener("visibilitychange", () => (document.hidden ? going() : arrived()));

// ── every form on the page ──

function changed(event) {
  const { form } = event.target;
  if (event.detail !== "draft" && forms().includes(form)) save(form);
}

if (me) {
  for (const key of keys(`tocsin:${me}:draft:`)) if (!(Date.parse(read(key)?.at) > Date.now() - LONGEST)) write(key);
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("DOMContentLoaded", () => forms().forEach(restore));
}
