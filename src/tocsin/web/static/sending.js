// Forms that people write in are sent by a request that can fail without taking the page, and the words, along.
import { drop, forms, make, now, same, tried } from "/static/drafts.js";

// The page was open across a sign-in: the same person's forms get the proof that they need now.
export async function renewed() {
  const page = await fetch(location.href).catch(() => null);
  const body = page?.ok && new DOMParser().parseFromString(await page.text(), "text/html").body;
  if (!body || body.dataset.me !== document.body.dataset.me) return false;
  document.body.dataset.form = body.dataset.form;
  document.querySelectorAll("input[name=csrf]").forEach((field) => { field.value = body.dataset.form; });
  return true;
}

async function sent(form, submitter, retried) {
  const body = new URLSearchParams(new FormData(form)), headers = { "X-Tocsin-Goes-On": "true" };
  if (submitter?.name) body.append(submitter.name, submitter.value);
  const stop = AbortSignal.timeout(30000), action = form.getAttribute("action");
  const keepalive = `${body}`.length < 60000; // it is sent, whatever becomes of this page; a browser holds no more
  const answer = await fetch(action, { method: "POST", body, headers, keepalive, signal: stop }).catch(() => null);
  return answer?.status === 403 && !retried && (await renewed()) ? sent(form, submitter, true) : answer;
}

const passing = new WeakSet(), busy = new WeakSet();
async function submit(event) {
  const form = event.target, { submitter } = event;
  if (event.defaultPrevented || !forms().includes(form) || passing.delete(form)) return;
  event.preventDefault();
  if (busy.has(form)) return;
  busy.add(form);
  form.setAttribute("aria-busy", "true"); // until the next page is here, or this one goes on
  document.querySelectorAll(".not-sent").forEach((each) => each.remove());
  const before = now(form), answer = await sent(form, submitter);
  busy.delete(form);
  if (answer?.status === 204) {
    if (same(before, now(form))) drop(form);
    return go(answer.headers.get("X-Tocsin-To"));
  }
  if (!answer || answer.status >= 500) return unsent(form, submitter, answer);
  tried(form);
  passing.add(form); // it was not taken: the page that says why is what the browser gets
  form.requestSubmit(submitter);
}

function go(to) {
  const there = new URL(to, location.href);
  if (there.pathname + there.search !== location.pathname + location.search) return location.assign(there);
  history.replaceState(null, "", there);
  location.reload();
}

function unsent(form, submitter, answer) {
  form.removeAttribute("aria-busy");
  const why = answer ? "the server is in trouble" : "the server cannot be reached";
  const box = make("span", "not-sent small", `Not sent: ${why}. What you wrote is kept.`);
  const button = submitter ?? [...form.elements].findLast((each) => each.type === "submit" && each.tabIndex >= 0);
  box.setAttribute("role", "alert");
  button ? button.after(box) : form.append(box);
}

addEventListener("pageshow", (event) => event.persisted && forms().forEach((each) => each.removeAttribute("aria-busy")));
if (document.body.dataset.me) document.addEventListener("submit", submit);
