// What every page does besides its plain forms and links. Nothing here is needed to get the work done.
"use strict";

// htmx sends what proves that a request is ours.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-Tocsin-Form"] = document.body.dataset.form;
});

// A form that came back is read from its summary on.
document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());
