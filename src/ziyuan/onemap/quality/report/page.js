"use strict";
(() => {
  const svg = document.querySelector(".map svg");
  const rows = [...document.querySelectorAll("tr[data-n]")];
  const shapes = new Map([...document.querySelectorAll("g.f")].map((g) => [g.dataset.n, g]));
  const said = document.getElementById("said");
  let chosen = null;

  // ---- list: filters
  const levels = [...document.querySelectorAll("input[name=level]")];
  const standing = document.getElementById("standing");
  const words = document.getElementById("words");
  const filter = () => {
    const on = new Set(levels.filter((i) => i.checked).map((i) => i.value));
    const asked = words.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = on.has(row.dataset.level) && (!standing.value || row.dataset.standing === standing.value) &&
        (!asked || row.textContent.toLowerCase().includes(asked));
      row.classList.toggle("hidden", !fits);
      shapes.get(row.dataset.n)?.classList.toggle("hidden", !fits);
      shown += fits;
    }
    for (const rule of document.querySelectorAll("details.rule"))
      rule.classList.toggle("hidden", rule.querySelector("tr[data-n]") && !rule.querySelector("tr[data-n]:not(.hidden)"));
    said.textContent = `显示 ${shown} 个，共列出 ${rows.length} 个`;
  };
  for (const input of [...levels, standing, words]) input?.addEventListener("input", filter);

  const choose = (n, to) => {
    for (const old of document.querySelectorAll(".chosen")) old.classList.remove("chosen");
    chosen = n;
    const row = document.getElementById("r" + n);
    row?.classList.add("chosen");
    const shape = shapes.get(n);
    shape?.classList.add("chosen");
    shape?.parentNode.append(shape);
    if (to === "map" && shape) { show(shape); svg.closest(".map").scrollIntoView({ block: "nearest" }); }
    if (to === "row" && row) {
      for (let up = row.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
      row.scrollIntoView({ block: "center" });
    }
    if (row) said.textContent = `第 ${n} 个：${row.dataset.say}`;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-n]");
    if (button) choose(button.dataset.n, "map");
  });
  addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("details")) d.open = true; });
  if (!svg) { filter(); return; }

  // ---- map: pan and zoom by the view box
  const whole = svg.dataset.view.split(" ").map(Number);
  let view = [...whole];
  const bar = document.querySelector(".scale");
  const at = document.querySelector(".at");
  const east = Number(svg.dataset.east), north = Number(svg.dataset.north), unit = Number(svg.dataset.unit), lean = Number(svg.dataset.lean);
  const draw = () => {
    svg.setAttribute("viewBox", view.join(" "));
    const perPixel = 1 / svg.getScreenCTM().a;
    const step = 10 ** Math.floor(Math.log10(perPixel * 150));
    const length = [5, 2, 1].map((m) => m * step).find((m) => m <= perPixel * 150) || step;
    bar.style.width = `${length / perPixel}px`;
    bar.textContent = length >= 1000 ? `${length / 1000} 千米` : length >= 1 ? `${length} 米` : `${+(length * 1000).toPrecision(2)} 毫米`;
  };
  const zoom = (factor, cx = view[0] + view[2] / 2, cy = view[1] + view[3] / 2) => {
    const w = Math.min(whole[2] * 2, Math.max(0.02, view[2] * factor)), k = w / view[2];
    view = [cx - (cx - view[0]) * k, cy - (cy - view[1]) * k, w, view[3] * k];
    draw();
  };
  const show = (shape) => {
    const [x, y, w, h] = shape.dataset.box.split(" ").map(Number);
    const size = Math.max(w, h) * 4 || 60, span = Math.max(size, 4);
    view = [x + w / 2 - span, y + h / 2 - span * whole[3] / whole[2], 2 * span, 2 * span * whole[3] / whole[2]];
    draw();
  };
  const place = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [point.x, point.y];
  };
  svg.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY > 0 ? 1.25 : 0.8, ...place(event)); }, { passive: false });
  let held = null, moved = false;
  svg.addEventListener("pointerdown", (event) => { held = place(event); moved = false; });
  svg.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    const digits = unit === 1 ? 3 : 7;
    at.textContent = `东 ${(east + x / unit / lean).toFixed(digits)}　北 ${(north - y / unit).toFixed(digits)}`;
    if (!held || !event.buttons) { held = null; return; }
    if (Math.hypot(x - held[0], y - held[1]) > 4 / svg.getScreenCTM().a) moved = true;
    if (moved) { view[0] += held[0] - x; view[1] += held[1] - y; draw(); }
  });
  svg.addEventListener("click", (event) => {
    const shape = event.target.closest("g.f");
    if (shape && !moved) choose(shape.dataset.n, "row");
  });
  document.getElementById("closer").addEventListener("click", () => zoom(0.5));
  document.getElementById("further").addEventListener("click", () => zoom(2));
  document.getElementById("all").addEventListener("click", () => { view = [...whole]; draw(); });
  addEventListener("resize", draw);
  addEventListener("beforeprint", () => { view = [...whole]; draw(); });
  draw();
  filter();
})();
