/* The catalogue's filters follow what was found. Without this file the form works by its buttons. */
(() => {
  "use strict";
  const results = document.getElementById("results");
  const form = document.getElementById("filters");
  if (!results || !form) return;

  // Ticks, counts and what can be chosen: "university.UQ:3*" is three courses, and ticked.
  const follow = () => {
    const head = results.querySelector("[data-counts]");
    if (!head) return;
    let ticked = 0;
    const boxes = new Map([...form.querySelectorAll("input[type=checkbox]")].map((box) => [`${box.name}.${box.value}`, box]));
    for (const each of head.dataset.counts.split(" ")) {
      const [, key, count, star] = /^(.*):(\d+)(\*?)$/.exec(each) || [];
      const box = boxes.get(key);
      if (!box) continue;
      box.checked = Boolean(star);
      box.disabled = count === "0" && !star;
      box.closest("label").querySelector(".num").textContent = `(${count})`;
      if (star) ticked += 1;
    }
    form.querySelector("[data-chosen]").textContent = ticked || "";
    form.querySelector("button[data-show]").textContent = head.dataset.show;
  };

  // A chip that was pressed is gone: the focus goes to what came in its place.
  let chipPressed = false;
  document.addEventListener("htmx:beforeRequest", (event) => { chipPressed = event.target.matches(".chip"); });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== results) return;
    if (chipPressed) {
      const words = new URL(event.detail.xhr.responseURL).searchParams.get("q") || "";
      form.elements.q.value = words;
      document.getElementById("count")?.focus();
    }
    follow();
  });
  follow();
})();
