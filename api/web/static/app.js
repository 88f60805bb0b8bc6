// Comfort only: every page works without it.
"use strict";

// A select or a date in a form of filters sends the form at once.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=date]")) form.requestSubmit();
});

// "/" goes to the search, as people expect.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
});

// A form is sent once, also on a double click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.ask && !window.confirm(form.dataset.ask)) { event.preventDefault(); return; }
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, 5000);
});

// Progress of a job: the page is loaded again when something has changed, and stays still when the job has ended.
for (const box of document.querySelectorAll("[data-job]")) {
  const events = new EventSource(`/v1/jobs/${encodeURIComponent(box.dataset.job)}/events`);
  const bar = box.querySelector("progress");
  const words = box.querySelector("[data-words]");
  const show = (event) => {
    const job = JSON.parse(event.data);
    if (bar && job.done != null) bar.value = job.done;
    if (words && job.step) words.textContent = job.step;
    if (!["done", "failed", "cancelled"].includes(job.status)) return;
    events.close();
    if (!document.querySelector("form[data-sent]")) location.reload(); // else the page that answers the form comes
  };
  events.onmessage = show;
  for (const name of ["job", "progress", "end"]) events.addEventListener(name, show);
}
