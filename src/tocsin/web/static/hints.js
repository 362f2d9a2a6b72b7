// Pages that show what is open or waits are read anew when there is news of it: not while somebody is at work in them,
// and not while nobody looks.
"use strict";

const main = document.querySelector("main");
let source = null, waiting = 0;

function tell() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (main.contains(document.activeElement) && document.activeElement !== main) return tell();
    document.body.dispatchEvent(new Event("news"));
  }, 500);
}

function listen() {
  if (document.hidden) {
    source?.close();
    source = null;
  } else if (!source) {
    source = new EventSource("/live");
    for (const subject of ["signals", "incidents"]) source.addEventListener(subject, tell);
    source.addEventListener("open", tell, { once: true }); // what came while nobody listened
  }
}

document.addEventListener("visibilitychange", listen);
addEventListener("pagehide", () => source?.close());
listen();
