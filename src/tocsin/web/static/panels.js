// On a phone the panels of a room begin closed, so that the log is not far below; each opens at a touch.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  if (matchMedia("(max-width: 48rem)").matches) {
    document.querySelectorAll(".in-room aside details.panel").forEach((panel) => {
      panel.open = panel.id === "deliveries";
    });
  }
});
