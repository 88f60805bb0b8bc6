// What is still being worked out is fetched again until it is there; only its own part of the page changes, and what is shown `data-with` it.
"use strict";

(() => {
  let wait = 1000;
  const again = async () => {
    const waits = (box) => (document.getElementById(box.dataset.with) ?? box).querySelector("[data-pending]");
    const boxes = [...document.querySelectorAll("[data-kept]")].filter(waits);
    if (!boxes.length) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const box of boxes) {
          const other = fresh.getElementById(box.id);
          if (other && !box.contains(document.activeElement)) box.replaceWith(document.adoptNode(other));
        }
      }
    } catch { /* the next try may reach the server */ }
    wait = Math.min(wait * 1.5, 15000);
    setTimeout(again, wait);
  };
  setTimeout(again, wait);
})();
