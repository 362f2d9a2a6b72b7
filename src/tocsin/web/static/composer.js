// What somebody writes in a room: kept as drafts are, until the server has answered with its place in the log.
// What is written while the server is away waits here, and is sent afterwards: in order, at its own time, once.
import { draft, drop, keys, lay, name, read, restore, save, write } from "/static/drafts.js";
import { renewed } from "/static/sending.js";

const MOST = 500 * 1024; // a request holds 512 KiB
const TOO_LONG = "This is more than one line can hold (500 KiB as it is sent). Nothing was sent. Send a part, or a link to it.";
const NO_ROOM = "The server does not answer, and this browser has no room to keep so much until it does. Send it again then.";

export function composer(form, room) {
  const { number, here, clock, log, make, asked, announce, offline, signedOut } = room;
  const mine = `tocsin:${document.body.dataset.me}:${number}:queue:`; // a key for each line: no tab overwrites another's
  const queue = () => keys(mine).sort().map((key) => ({ key, line: read(key) })).filter((each) => each.line);
  const waits = (line, key = mine + new Date().toISOString() + line.once) => { const is = write(key, line); shown(); return is; };
  const fields = () => Object.fromEntries([...new FormData(form)].filter(([field]) => field !== "csrf"));

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
    form.elements.at.value = "";
    const rest = fields();
    drop(form);
    if (rest.text || rest.output) return save(form);
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
    const at = line.at || new Date().toISOString(), first = !queue().length;
    refused();
    if (new Blob([new URLSearchParams(line)]).size > MOST) return refused({ "": TOO_LONG });
    sending = true;
    const answer = first ? await send(line) : null;
    sending = false;
    if (!answer) { // in order, after what waits already, at the time it was written
      if (!waits({ ...line, at })) return refused({ "": NO_ROOM });
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
    for (let next; (next = queue().find((each) => !each.line.refused)); ) {
      const { key, line } = next, answer = await send(line);
      if (!answer || answer.status === 401 || answer.status === 403) {
        if (answer) signedOut();
        else offline();
        again = setTimeout(flush, 3000);
        break;
      }
      const why = answer.ok ? null : Object.values((await answer.json().catch(() => ({}))).errors ?? {}).join(" ");
      waits(answer.ok ? null : { ...line, refused: why || "It was not taken." }, key);
    }
    flushing = false;
  }

  // What waits stands above the log, and can be taken back into the composer once it was refused.
  function shown() {
    let list = document.getElementById("unsent");
    list ??= log.parentNode.insertBefore(Object.assign(make("ol", "unsents", ""), { id: "unsent" }), log);
    list.replaceChildren(...queue().map(({ key, line }) => {
      const item = make("li", "unsent", ""), when = clock.format(new Date(line.at));
      const head = make("p", "small quiet", `${when}, not sent yet. ${line.refused ?? ""}`);
      item.append(head, make("div", "line__x", line.text || line.output));
      if (line.refused) item.append(takeBack(key, line));
      return item;
    }));
    list.hidden = !list.childElementCount;
  }

  function takeBack(key, line) {
    const button = Object.assign(make("button", "btn btn--small", "Change it"), { type: "button" });
    button.addEventListener("click", () => {
      if (draft(form)) return form.elements.text.focus();
      const { refused: _, ...rest } = line;
      lay(form, { ...rest, once: name() }, line.at);
      waits(null, key);
      if (line.thread !== form.elements.thread?.value) {
        return location.assign(line.thread ? `${here}?reply=${line.thread}#say` : `${here}#say`);
      }
      restore(form);
      form.elements.text.focus();
    });
    return button;
  }

  shown();
  form.addEventListener("input", () => {
    if (!(form.elements.text.value + form.elements.output.value)) form.elements.at.value = ""; // what comes is new
  });
  form.addEventListener("submit", submit);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  addEventListener("storage", (event) => event.key?.startsWith(mine) && shown());
  return flush;
}
