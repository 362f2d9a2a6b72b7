// What somebody writes in a room: kept at every key, until the server has answered with its place in the log.
// What is written while the server is away waits here, and is sent afterwards: in order, at its own time, once.

const MOST = 500 * 1024; // a request holds 512 KiB
const TOO_LONG = "This is more than one line can hold (500 KiB as it is sent). Nothing was sent. Send a part, or a link to it.";
const NO_ROOM = "The server does not answer, and this browser has no room to keep so much until it does. Send it again then.";

export function composer(form, room) {
  const { number, here, clock, log, make, asked, announce, offline, signedOut } = room;
  const mine = `tocsin:${document.body.dataset.me}:${number}`;
  const draftKey = () => `${mine}:draft:${form.elements.thread?.value ?? ""}`;
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
  const keep = (key, value) => { // whether it could be: a browser has little room, or gives none
    try {
      value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key);
      return true;
    } catch { return false; }
  };
  const queue = () => read(`${mine}:queue`) ?? [];
  const requeue = (change) => { const kept = keep(`${mine}:queue`, change(queue())); shown(); return kept; };
  const name = () => [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16)).join("");
  const fields = () => Object.fromEntries([...new FormData(form)].filter(([field]) => field !== "csrf"));

  // Its name is kept with it: whatever became of a first sending, it is done once.
  function restore() {
    const draft = read(draftKey());
    if (!draft || form.elements.text.value) return;
    for (const [field, value] of Object.entries(draft)) {
      if (form.elements[field] && field !== "state" && field !== "thread") form.elements[field].value = value;
    }
  }

  // A name stands for one line: what was changed since it was tried is another, whatever became of the first.
  let tried = null;
  const alike = (one, other) => Object.keys(one).every((field) => field === "once" || one[field] === other[field]);
  function named() {
    if (!tried) return;
    const once = form.elements.once;
    if (alike(tried, fields())) once.value = tried.once;
    else if (once.value === tried.once) once.value = name();
  }

  // Only what was sent: what somebody wrote meanwhile stays, as a line of its own.
  function emptied(line) {
    for (const field of ["text", "output", "outcome", "link", "when", "until"]) {
      const now = form.elements[field], sent = line[field];
      if (now.value === sent) now.value = "";
      else if (sent && now.tagName === "TEXTAREA" && now.value.startsWith(sent)) {
        now.value = now.value.slice(sent.length).trimStart();
      }
    }
    if (form.elements.kind.value === line.kind) form.elements.kind.value = "note";
    form.elements.once.value = name();
    tried = null;
    const rest = fields();
    if (rest.text || rest.output) return keep(draftKey(), rest);
    keep(draftKey());
    const thread = form.elements.thread;
    form.querySelector("details.composer__e")?.removeAttribute("open");
    if (!thread) return;
    thread.nextElementSibling?.remove();
    thread.remove();
    history.replaceState(null, "", here);
  }

  // The answer; null where there was none, so that nobody can tell what became of it.
  async function send(line, retried) {
    const body = new URLSearchParams(line), stop = AbortSignal.timeout(15000);
    const answer = await fetch(`${here}/lines`, { method: "POST", body, headers: asked(), signal: stop }).catch(() => null);
    if (answer?.status === 403 && !retried && (await renewed())) return send(line, true);
    return answer && answer.status < 500 && answer.status !== 429 ? answer : null;
  }

  // The page was open across a sign-in: the same person's form gets the proof that it needs now.
  async function renewed() {
    const page = await fetch(here).catch(() => null);
    const body = page?.ok && new DOMParser().parseFromString(await page.text(), "text/html").body;
    if (!body || body.dataset.me !== document.body.dataset.me) return false;
    document.body.dataset.form = body.dataset.form;
    document.querySelectorAll("input[name=csrf]").forEach((field) => { field.value = body.dataset.form; });
    return true;
  }

  function refused(errors) {
    document.getElementById("composer-errors")?.remove();
    if (!errors) return;
    const box = make("div", "errors", ""), list = make("ul", "", "");
    box.id = "composer-errors";
    box.setAttribute("role", "alert");
    list.append(...Object.values(errors).map((sentence) => make("li", "", sentence)));
    box.append(list);
    form.before(box);
  }

  async function became(answer) {
    if (answer.status === 401 || answer.status === 403) return signedOut();
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    refused(told.errors ?? { "": "This was not taken. It is kept here; try again, or load the page anew." });
  }

  let sending = false;
  async function submit(event) {
    event.preventDefault();
    const line = fields();
    if (sending || !(line.text + line.output).trim()) return;
    const at = new Date().toISOString(), waits = queue().length > 0;
    refused();
    if (new Blob([new URLSearchParams(line)]).size > MOST) return refused({ "": TOO_LONG });
    sending = true;
    tried = line;
    const answer = waits ? null : await send(line);
    sending = false;
    if (!answer) { // in order, after what waits already, at the time it was written
      if (!requeue((lines) => [...lines, { ...line, at }])) return refused({ "": NO_ROOM });
      emptied(line);
      return flush();
    }
    const told = await became(answer);
    if (!told) return;
    emptied(line);
    if (told.to) location.assign(told.to);
    announce(told.said || "Your line stands");
  }

  let flushing = false, again = 0;
  async function flush() {
    clearTimeout(again);
    if (flushing) return;
    flushing = true;
    for (let line; (line = queue().find((each) => !each.refused)); ) {
      const answer = await send((({ refused: _, ...rest }) => rest)(line));
      if (!answer || answer.status === 401 || answer.status === 403) {
        if (answer) signedOut();
        else offline();
        again = setTimeout(flush, 3000);
        break;
      }
      const why = answer.ok ? null : Object.values((await answer.json().catch(() => ({}))).errors ?? {}).join(" ");
      requeue((lines) => lines.flatMap((each) => (each.once !== line.once ? [each]
        : answer.ok ? [] : [{ ...each, refused: why || "It was not taken." }])));
    }
    flushing = false;
  }

  // What waits stands above the log, and can be taken back into the composer once it was refused.
  function shown() {
    let list = document.getElementById("unsent");
    list ??= log.parentNode.insertBefore(Object.assign(make("ol", "unsents", ""), { id: "unsent" }), log);
    list.replaceChildren(...queue().map((line) => {
      const item = make("li", "unsent", ""), when = clock.format(new Date(line.at));
      const head = make("p", "small quiet", `${when}, not sent yet. ${line.refused ?? ""}`);
      item.append(head, make("div", "line__x", line.text || line.output));
      if (line.refused) item.append(takeBack(line));
      return item;
    }));
    list.hidden = !list.childElementCount;
  }

  function takeBack(line) {
    const button = Object.assign(make("button", "btn btn--small", "Change it"), { type: "button" });
    button.addEventListener("click", () => {
      if (form.elements.text.value) return form.elements.text.focus();
      keep(`${mine}:draft:${line.thread ?? ""}`, { ...line, once: name() });
      requeue((lines) => lines.filter((each) => each.once !== line.once));
      if (line.thread && form.elements.thread?.value !== line.thread) {
        return location.assign(`${here}?reply=${line.thread}#say`);
      }
      restore();
      form.elements.text.focus();
    });
    return button;
  }

  restore();
  tried = fields(); // the page before may have sent it, and was left before the answer
  shown();
  form.addEventListener("input", () => {
    named();
    keep(draftKey(), fields().text || fields().output ? fields() : null);
  });
  form.addEventListener("submit", submit);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  addEventListener("storage", (event) => event.key === `${mine}:queue` && shown());
  return flush;
}
