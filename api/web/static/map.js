// Looking around in the map of themes: nearer, farther, aside. Without this the map is read as it is.
"use strict";

(() => {
  const WIDTH = 1000, HEIGHT = 640, NEAREST = 8, STEP = 1.5, ASIDE = 0.2, MILLISECONDS = 160, CLICK = 4;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  let seen = { x: 0, y: 0, near: 1 }; // the top left corner, and how many times as large; outlives a redrawing
  let goal = seen;
  let frame = 0;

  // On narrow screens the middle of the drawing is seen; its edges are moved there as well.
  const within = (map, { x, y, near }) => {
    const kept = Math.min(Math.max(near, 1), NEAREST);
    const box = map.querySelector(".scroll");
    const spare = kept > 1 ? (box.scrollWidth - box.clientWidth) / 2 / box.scrollWidth * WIDTH / kept : 0;
    const between = (place, low, high) => Math.min(Math.max(place, low), high);
    return {
      x: between(x, -spare, WIDTH - WIDTH / kept + spare), y: between(y, 0, HEIGHT - HEIGHT / kept), near: kept,
    };
  };

  const show = (map) => {
    const box = map.querySelector(".scroll");
    map.querySelector(".scroll > svg").setAttribute("viewBox", `${seen.x} ${seen.y} ${WIDTH / seen.near} ${HEIGHT / seen.near}`);
    if (seen.near > 1) box.scrollLeft = Math.max(0, (box.scrollWidth - box.clientWidth) / 2);
    box.classList.toggle("near", seen.near > 1);
    map.querySelector("[data-zoom=in]").disabled = goal.near >= NEAREST;
    for (const name of ["out", "all"]) map.querySelector(`[data-zoom=${name}]`).disabled = goal.near <= 1;
  };

  const go = (map, wanted, { at_once = false } = {}) => {
    goal = within(map, wanted);
    cancelAnimationFrame(frame);
    if (at_once || still.matches) { seen = goal; show(map); return; }
    const from = seen, to = goal, began = performance.now();
    const move = (now) => {
      const part = Math.min(1, Math.max(0, (now - began) / MILLISECONDS));
      const between = (name) => from[name] + (to[name] - from[name]) * part;
      seen = part === 1 ? to : { x: between("x"), y: between("y"), near: between("near") };
      show(map);
      if (part < 1) frame = requestAnimationFrame(move);
    };
    frame = requestAnimationFrame(move);
  };

  // `times` as near, and what lies under the place (shares of the width and height that is seen) stays there.
  const zoom = (map, times, [across, down] = [0.5, 0.5], how) => {
    const near = Math.min(Math.max(goal.near * times, 1), NEAREST);
    const moved = (length, share) => (length / goal.near - length / near) * share;
    go(map, { x: goal.x + moved(WIDTH, across), y: goal.y + moved(HEIGHT, down), near }, how);
  };

  const aside = (map, across, down) =>
    go(map, { ...goal, x: goal.x + across * ASIDE * WIDTH / goal.near, y: goal.y + down * ASIDE * HEIGHT / goal.near });

  const KEYS = {
    "+": (map) => zoom(map, STEP), "=": (map) => zoom(map, STEP), "-": (map) => zoom(map, 1 / STEP),
    "0": (map) => go(map, { x: 0, y: 0, near: 1 }),
    ArrowLeft: (map) => aside(map, -1, 0), ArrowRight: (map) => aside(map, 1, 0),
    ArrowUp: (map) => aside(map, 0, -1), ArrowDown: (map) => aside(map, 0, 1),
  };

  const share = (svg, event) => {
    const box = svg.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };

  const keyed = (map, event) => {
    const known = !event.ctrlKey && !event.metaKey && !event.altKey && KEYS[event.key];
    if (!known || (event.key.startsWith("Arrow") && goal.near <= 1)) return; // the page scrolls as ever
    event.preventDefault();
    known(map);
  };

  // What the keyboard comes to is brought into sight.
  const focused = (map, target) => {
    const bubble = target.closest("a")?.querySelector("circle.bubble");
    if (!bubble || goal.near <= 1) return;
    const [x, y, r] = ["cx", "cy", "r"].map((name) => Number(bubble.getAttribute(name)));
    const hidden = (place, first, length) => place - r < first || place + r > first + length;
    const width = WIDTH / goal.near, height = HEIGHT / goal.near;
    if (hidden(x, goal.x, width) || hidden(y, goal.y, height)) go(map, { ...goal, x: x - width / 2, y: y - height / 2 });
  };

  const drags = (map, box, svg) => {
    let held = null, moved = false;
    box.addEventListener("pointerdown", (event) => {
      if (event.button === 0 && event.isPrimary && goal.near > 1) {
        moved = false;
        held = { x: event.clientX, y: event.clientY, from: goal, far: false };
      }
    });
    window.addEventListener("pointermove", (event) => {
      if (!held) return;
      const across = event.clientX - held.x, down = event.clientY - held.y;
      held.far ||= Math.hypot(across, down) > CLICK;
      if (!held.far) return;
      box.classList.add("held");
      const unit = WIDTH / goal.near / svg.getBoundingClientRect().width;
      go(map, { ...held.from, x: held.from.x - across * unit, y: held.from.y - down * unit }, { at_once: true });
    });
    window.addEventListener("pointerup", () => {
      box.classList.remove("held");
      moved = Boolean(held?.far);
      held = null;
    });
    window.addEventListener("pointercancel", () => { box.classList.remove("held"); held = null; });
    // the click that ends a drag opens nothing
    box.addEventListener("click", (event) => { if (moved) event.preventDefault(); moved = false; }, { capture: true });
    box.addEventListener("dragstart", (event) => event.preventDefault());
  };

  const ready = (map) => {
    if (map.dataset.ready) return;
    map.dataset.ready = "yes";
    const box = map.querySelector(".scroll"), svg = box.querySelector("svg"), words = map.querySelector("[data-words]");
    map.querySelector("[data-tools]").hidden = false;
    for (const button of map.querySelectorAll("[data-zoom]")) {
      const what = { in: KEYS["+"], out: KEYS["-"], all: KEYS["0"] }[button.dataset.zoom];
      button.addEventListener("click", () => what(map));
    }
    box.addEventListener("keydown", (event) => keyed(map, event));
    box.addEventListener("focusin", (event) => focused(map, event.target));
    box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the wheel alone scrolls the page
      event.preventDefault();
      zoom(map, event.deltaY < 0 ? 1.2 : 1 / 1.2, share(svg, event), { at_once: true });
    }, { passive: false });
    svg.addEventListener("dblclick", (event) => { if (!event.target.closest("a")) zoom(map, STEP, share(svg, event)); });
    if (svg.querySelector("a.said")) {
      words.hidden = false;
      svg.addEventListener("pointerover", (event) => {
        const said = event.target.closest("a.said");
        if (said) words.textContent = said.querySelector("title").textContent;
      });
    }
    drags(map, box, svg);
    show(map);
  };

  const all = () => document.querySelectorAll("[data-map]").forEach(ready);
  all();
  new MutationObserver(all).observe(document.getElementById("main"), { childList: true, subtree: true });
})();
