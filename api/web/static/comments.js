// Comfort only: addresses without empty fields, and a filter that is chosen holds at once.
"use strict";

const filters = document.querySelector("form[data-filters]");
if (filters) {
  filters.addEventListener("submit", () => {
    for (const field of filters.elements) if (field.name && !field.value) field.disabled = true;
  });
  filters.addEventListener("change", (event) => {
    if (event.target.matches("select:not([name=segment]), input[type=date]")) filters.requestSubmit();
  });
  // Back from another page the fields must be usable again.
  window.addEventListener("pageshow", () => { for (const field of filters.elements) field.disabled = false; });
}
