// What is still being counted is there a little later: look again, a few times at most.
"use strict";

const waiting = document.querySelector("[data-again]");
const key = "again " + location.href;
const times = Number(sessionStorage.getItem(key) || 0);
if (waiting && times < 5) {
  sessionStorage.setItem(key, String(times + 1));
  setTimeout(() => location.reload(), 1500 * (times + 1));
} else if (!waiting) {
  sessionStorage.removeItem(key);
}
