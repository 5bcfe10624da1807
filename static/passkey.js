// Passkeys: asks the browser for one and sends what it says with the form.
// The form says what it is for in data-passkey: "login", "ask" (a known person) or "add".
"use strict";
(() => {
  const supported = window.webauthnJSON && window.webauthnJSON.supported();
  const options = () => JSON.parse(document.getElementById("passkey-options").textContent);

  async function toSignIn(form) {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no passkey options");
    return window.webauthnJSON.get((await answer.json()).request_options);
  }

  async function toAdd(form) {
    const asked = options().creation_options;
    const without = form.elements.passwordless && form.elements.passwordless.checked;
    const wanted = asked.publicKey.authenticatorSelection;
    wanted.residentKey = without ? "required" : "discouraged";
    wanted.requireResidentKey = Boolean(without);
    if (without) wanted.userVerification = "required";
    return window.webauthnJSON.create(asked);
  }

  const ways = {
    login: toSignIn,
    ask: () => window.webauthnJSON.get(options().request_options),
    add: toAdd,
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!supported) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const trouble = form.querySelector("[data-passkey-error]");
      trouble.hidden = true;
      form.setAttribute("aria-busy", "true");
      try {
        const credential = await ways[form.dataset.passkey](form);
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch {
        trouble.hidden = false;
        form.removeAttribute("aria-busy");
      }
    });
  }
})();
