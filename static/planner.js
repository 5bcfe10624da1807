/* The planner: "Move" opens in a dialog, arrows go from exam to exam, and an exam can be dragged to a free place of the same day. Without this file "Move" is a page. */
(() => {
  "use strict";
  const dialog = document.getElementById("move");
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === dialog && !dialog.open) dialog.showModal();
  });

  const links = () => [...document.querySelectorAll(".event > a:first-child")];
  document.addEventListener("keydown", (event) => {
    const here = event.target.closest(".event");
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!here || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = links();
    const next = all[all.indexOf(here.querySelector("a")) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  // Dragging only fills in the form of "Move": nothing moves before it is sent.
  let dragged = null;
  const cells = document.querySelectorAll("td[data-room]");
  for (const mover of cells.length ? document.querySelectorAll(".event a.move") : []) { // a week has no free places
    const box = mover.closest(".event");
    box.draggable = true;
    box.addEventListener("dragstart", () => { dragged = mover; });
    box.addEventListener("dragend", () => { dragged = null; }); // what comes from elsewhere is no exam
  }
  const day = document.getElementById("to-day")?.value;
  for (const cell of cells) {
    cell.addEventListener("dragover", (event) => { if (dragged) event.preventDefault(); });
    cell.addEventListener("drop", (event) => {
      if (!dragged) return;
      event.preventDefault();
      const wanted = new URLSearchParams({ day, at: cell.dataset.at, room: cell.dataset.room, seen: dragged.dataset.seen });
      location.assign(`${dragged.href}?${wanted}`);
    });
  }
})();
