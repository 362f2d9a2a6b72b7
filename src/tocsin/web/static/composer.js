// What somebody writes in a room: kept at every key, until the server has answered with its place in the log.
// What is written while the server is away waits here, and is sent afterwards: in order, at its own time, once.

export function composer(form, room) {
  const { number, here, clock, log, make, asked, announce, offline, signedOut } = room;
  const mine = `tocsin:${document.body.dataset.me}:${number}`;
  const draftKey = () => `${mine}:draft:${form.elements.thread?.value ?? ""}`;
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
  const keep = (key, value) => {
    try { value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); } catch { /* full */ }
  };
  const queue = () => read(`${mine}:queue`) ?? [];
  const requeue = (change) => { keep(`${mine}:queue`, change(queue())); shown(); };
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

  function emptied() {
    keep(draftKey());
    const thread = form.elements.thread;
    for (const field of ["text", "output", "outcome", "link", "when", "until"]) form.elements[field].value = "";
    form.elements.kind.value = "note";
    form.elements.once.value = name();
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
    if (answer.status === 401) return signedOut();
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
    sending = true;
    const answer = waits ? null : await send(line);
    sending = false;
    if (!answer) { // in order, after what waits already, at the time it was written
      requeue((lines) => [...lines, { ...line, at }]);
      emptied();
      return flush();
    }
    const told = await became(answer);
    if (!told) return;
    emptied();
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
      keep(draftKey(), { ...line, once: name() });
      requeue((lines) => lines.filter((each) => each.once !== line.once));
      restore();
      form.elements.text.focus();
    });
    return button;
  }

  restore();
  shown();
  form.addEventListener("input", () => keep(draftKey(), fields().text || fields().output ? fields() : null));
  form.addEventListener("submit", submit);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  addEventListener("storage", (event) => event.key === `${mine}:queue` && shown());
  return flush;
}
