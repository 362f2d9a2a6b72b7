// The letter beside the form, anew while somebody types.
"use strict";

(() => {
  const form = document.getElementById("word");
  const aside = document.getElementById("preview");
  if (!form || !aside) return;
  const main = document.querySelector("main.word");
  main.classList.add("is-live");

  // ── one letter at a time ──
  let shown = 0;
  function tabs() {
    const links = [...aside.querySelectorAll(".tabs a")];
    const letters = [...aside.querySelectorAll("article.mail")];
    if (links.length < 2) return;
    shown = Math.min(shown, links.length - 1);
    links.forEach((link, place) => {
      if (place === shown) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      link.onclick = (event) => {
        event.preventDefault();
        shown = place;
        tabs();
      };
    });
    letters.forEach((letter, place) => { letter.hidden = place !== shown; });
  }
  tabs();

  // ── the letter, anew ──
  let timer = 0, asking = null;
  async function look() {
    asking?.abort();
    asking = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    body.set("do", "preview");
    const headers = { "HX-Request": "true" };
    const answer = await fetch(form.action, { method: "POST", body, headers, signal: asking.signal }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const typed = page.getElementById("typed");
    typed?.remove();
    const open = aside.querySelector("details")?.open;
    aside.replaceChildren(...page.body.childNodes);
    if (open) aside.querySelector("details")?.setAttribute("open", "");
    aside.classList.remove("is-old");
    if (typed) take(typed, body.get("text"));
    tabs();
  }

  // Where nobody has typed yet, another kind of word begins from another message.
  function take(typed, sent) {
    const { begun, promised, zone, kind } = typed.dataset;
    const text = typed.content.querySelector("textarea").value;
    const now = form.elements.text.value;
    if (now.replaceAll("\r\n", "\n") !== sent.replaceAll("\r\n", "\n")) return;
    if (text !== now) form.elements.text.value = text;
    Object.assign(form.elements.begun, { value: begun });
    Object.assign(form.elements.promised, { value: promised });
    Object.assign(form.elements.zone, { value: zone });
    form.elements.next.innerHTML = typed.content.querySelector("select").innerHTML;
    form.elements.was.value = kind;
  }

  function soon() {
    clearTimeout(timer);
    aside.classList.add("is-old");
    timer = setTimeout(look, 350);
  }

  form.addEventListener("input", soon);
})();
