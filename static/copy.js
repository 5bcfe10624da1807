/* Buttons that copy a text; where a browser cannot, they stay hidden and the text can be selected. */
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const words = button.querySelector("span");
    const before = words.textContent;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      } catch { // not allowed: select it, so that one key copies it
        getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
        return;
      }
      words.textContent = button.dataset.done;
      document.getElementById("live")?.replaceChildren(button.dataset.done);
      setTimeout(() => { words.textContent = before; }, 2000);
    });
  }
})();
