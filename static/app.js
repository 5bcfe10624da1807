/* The little that pages cannot do by themselves. Nothing personal is kept; without this file all still works. */
(() => {
  "use strict";
  const first = (selector, within = document) => within.querySelector(selector);

  // A form that failed: the summary gets the focus, after a load as after a swap.
  const toErrors = (within) => {
    const summary = first(".errsum", within);
    if (!summary) return false;
    summary.focus();
    return true;
  };

  // Said once by a screen reader, when a part of the page has changed.
  const say = (text) => {
    const live = first("#live");
    if (live && text) {
      live.textContent = "";
      setTimeout(() => { live.textContent = text; }, 100);
    }
  };

  addEventListener("DOMContentLoaded", () => {
    toErrors(document);
    for (const place of document.querySelectorAll("nav [aria-current]")) {
      const menu = place.closest("nav"); // on a phone it is wider than the screen
      menu.scrollLeft += place.getBoundingClientRect().left - menu.getBoundingClientRect().left - 48;
    }
  });

  document.addEventListener("htmx:beforeRequest", (event) => event.detail.target.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.target.removeAttribute("aria-busy"));
  document.addEventListener("htmx:afterSettle", (event) => {
    const swapped = event.detail.target.isConnected ? event.detail.target : event.target; // replaced by outerHTML
    const message = swapped.matches("[data-say]") ? swapped : first("[data-say]", swapped);
    if (!toErrors(swapped) && message) say(message.dataset.say);
  });

  // No answer, or one that is not fit to show in place: say so where the reader is.
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const link = event.detail.elt.closest("a[href]");
      const form = event.detail.elt.closest("form");
      if (link) location.assign(link.href);
      else if (form && form.method === "get") location.assign(`${form.action.split("?")[0]}?${new URLSearchParams(new FormData(form))}`);
    });
  }

  // A file: its name and size in the page's language. One that is too large is not sent at all: on a phone that would take minutes.
  const picked = (input) => {
    const words = input.parentElement.querySelector("[data-none]");
    const size = (number, unit) => new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(number);
    const said = [...input.files].map((file) => `${file.name}, ${file.size < 1e5 ? size(Math.max(file.size / 1024, 0.1), "kilobyte") : size(file.size / 1048576, "megabyte")}`);
    words.textContent = said.join("; ") || words.dataset.none;
  };
  document.addEventListener("change", ({ target }) => {
    const warning = target.dataset.most && document.getElementById(`${target.id}_too_large`);
    if (warning) {
      warning.hidden = [...target.files].every((file) => file.size <= Number(target.dataset.most));
      if (!warning.hidden) target.value = "";
    }
    if (target.matches(".pick > input")) picked(target);
  });
  addEventListener("pageshow", () => document.querySelectorAll(".pick > input").forEach(picked)); // browsers keep a choice

  // How many words there are, said when typing pauses. The server counts for itself.
  document.addEventListener("input", ({ target }) => {
    const count = target.dataset?.words && document.getElementById(target.dataset.words);
    if (!count) return;
    clearTimeout(count.timer);
    count.timer = setTimeout(() => {
      const words = target.value.split(/\s+/u).filter((word) => /[\p{L}\p{N}_]/u.test(word)).length;
      count.textContent = words === 1 ? count.dataset.one : count.dataset.many.replace("#", words);
    }, 700);
  });

  // A dialog closes by its backdrop too; browsers without `closedby` or `command` get both here.
  document.addEventListener("click", (event) => {
    const dialog = event.target;
    if (dialog instanceof HTMLDialogElement) {
      const box = dialog.getBoundingClientRect();
      const inside = event.clientY >= box.top && event.clientY <= box.bottom && event.clientX >= box.left && event.clientX <= box.right;
      if (!inside) dialog.close();
    }
    const button = event.target.closest?.("button[commandfor]");
    if (button && !("commandForElement" in button)) {
      const target = document.getElementById(button.getAttribute("commandfor"));
      if (button.getAttribute("command") === "show-modal") target?.showModal();
      if (button.getAttribute("command") === "close") target?.close();
    }
  });

  // The desk's keys: a key presses what has it as data-key, the one of the row with the focus first.
  let pressed = false; // the page is on its way to another
  addEventListener("pageshow", () => { pressed = false; });
  addEventListener("DOMContentLoaded", () => {
    const row = document.getElementById(location.hash.slice(1));
    if (row?.matches("[data-row]")) row.focus();
  });
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, dialog");
    if (!first("[data-keys]") || typing || pressed || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = document.activeElement.closest("tr");
    const links = [...document.querySelectorAll("[data-row]")];
    const at = links.findIndex((link) => row?.contains(link));
    if (key === "j") links[at + 1]?.focus();
    else if (key === "k") links[Math.max(at - 1, 0)]?.focus();
    else if (key === "x") row?.querySelector("[type=checkbox]")?.click();
    else if (key === "?") document.getElementById("keys")?.showModal();
    else if (key === "/" && first("[type=search]")) {
      event.preventDefault();
      first("main [type=search]")?.focus() ?? first("[type=search]").focus(); // the list's own, else the search for staff
    } else if (/^[a-z0-9]$/.test(key)) {
      const its = `[data-key="${key}"]`;
      const target = row?.querySelector(its) || first(`${its}:not(tr *)`);
      pressed = Boolean(target) && !target.matches("[type=checkbox]"); // which leads nowhere
      target?.click();
    }
  });

  // Wide screens have no use for an open sheet.
  matchMedia("(width >= 60rem)").addEventListener("change", (wide) => {
    if (wide.matches) document.querySelectorAll("dialog.sheet[open]").forEach((sheet) => sheet.close());
  });
})();
