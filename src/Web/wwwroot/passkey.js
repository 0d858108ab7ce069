// Passkeys: asks the server for a challenge, the browser for the answer, and sends the form with it.
// Pages work without this file; the buttons that need it show themselves only when it runs.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) return;

  const answer = async (box, form) => {
    const token = form.querySelector("input[name=__RequestVerificationToken]");
    const response = await fetch(box.dataset.options, {
      method: "POST",
      credentials: "same-origin",
      headers: { RequestVerificationToken: token ? token.value : "" },
    });
    if (!response.ok) throw new Error(String(response.status));
    const options = await response.json();
    const credential = box.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    return JSON.stringify(credential.toJSON());
  };

  for (const box of document.querySelectorAll("[data-passkey]")) {
    const form = box.closest("form");
    const button = box.querySelector("button");
    const field = box.querySelector("input[type=hidden]");
    const message = box.querySelector("[role=alert]");
    if (!form) continue;
    box.hidden = false;
    button.addEventListener("click", async () => {
      message.hidden = true;
      button.disabled = true;
      try {
        field.value = await answer(box, form);
        field.disabled = false;
        // The typed field of the same name would come first: it is left out, and its "required" with it.
        for (const other of form.elements) {
          if (other !== field && other.name === field.name) other.disabled = true;
        }
        form.noValidate = true;
        form.requestSubmit();
      } catch {
        message.textContent = box.dataset.refused;
        message.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
