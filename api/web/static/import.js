// Comfort only: a file can be dropped on the page, and nothing is imported otherwise than it was shown.
"use strict";

const form = document.querySelector("form[data-drop]");
if (form) {
  const input = form.querySelector("input[type=file]");
  const words = form.querySelector("[data-words]");
  const send = () => {
    words.textContent = `Sending ${input.files[0].name} …`;
    form.requestSubmit();
  };
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) form.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    if (event.dataTransfer.files.length === 0) return;
    if (event.dataTransfer.files.length > 1) { words.textContent = "One file at a time, please."; return; }
    input.files = event.dataTransfer.files;
    send();
  });
}

// What was chosen otherwise must be looked at before it is imported.
const mapping = document.querySelector("form[data-mapping]");
const begin = document.querySelector("button[data-begin]");
if (mapping && begin) {
  mapping.addEventListener("input", () => {
    begin.disabled = true;
    document.querySelector("[data-changed]").hidden = false;
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
