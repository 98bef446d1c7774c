// Draws a chart when it scrolls into view, from the JSON that stands beside it. Plotly is loaded once, by the first.
"use strict";
(() => {
const here = document.currentScript.src.replace(/[^/]*$/, "");
const narrow = matchMedia("(max-width: 700px)"), dark = matchMedia("(prefers-color-scheme: dark)");
// Plotly would otherwise offer to upload the data, and show buttons that have no names for a screen reader.
const CONFIG = { showSendToCloud: false, displaylogo: false, displayModeBar: false, responsive: true };
const PICTURE = { width: 1280, height: 720, head: 84, foot: 64 };
const holders = [...document.querySelectorAll(".chart")];
const shown = new Set();

let loading;
function load() {
  loading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = here + "plotly.min.js";
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
  return loading;
}

function known(holder) {
  const chart = JSON.parse(document.getElementById(holder.dataset.file + "-figure").textContent);
  return Object.assign(chart, switched(holder) ? chart.with_bots : {});
}

// The switch itself is the state, so that a redraw, or another width, keeps it.
function switched(holder) {
  return Boolean(holder.closest("figure").querySelector("input[value=bots]:checked"));
}

function month(first, number) {
  const months = 12 * Number(first.slice(0, 4)) + Number(first.slice(5, 7)) - 1 + number;
  return String(Math.floor(months / 12)).padStart(4, "0") + "-" + String((months % 12) + 1).padStart(2, "0") + "-01";
}

const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);

// "var(--ink)" is a style of the page, "var(--k-alpha,16)" the colour of the community alpha at 16 percent.
function resolved(name) {
  const [, style, percent] = name.match(/^var\(--([^,)]+)(?:,(\d+))?\)$/);
  if (style === "sans") return getComputedStyle(document.body).fontFamily;
  probe.className = style.startsWith("k-") ? style : "";
  probe.style.color = style.startsWith("k-") ? "var(--k, var(--soft))" : "var(--" + style + ")";
  const colour = getComputedStyle(probe).color;
  return percent ? colour.replace(/^rgb\((.*)\)$/, "rgba($1, " + Number(percent) / 100 + ")") : colour;
}

function filled(part, first, key) {
  if (typeof part === "string") return part.startsWith("var(--") ? resolved(part) : part;
  if (Array.isArray(part)) {
    return key === "x" ? part.map((day) => (typeof day === "number" ? month(first, day) : day)) : part.map((each) => filled(each, first));
  }
  if (part === null || typeof part !== "object") return part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, filled(value, first, name)]));
}

function drawn(holder, isNarrow) {
  const chart = known(holder), layout = filled(chart.layout, chart.first);
  if (isNarrow) Object.assign(layout, filled(chart.narrow, chart.first));
  return { data: filled(chart.data, chart.first), layout: layout, title: chart.title, source: chart.source };
}

function draw(holder) {
  const figure = drawn(holder, narrow.matches);
  shown.add(holder);
  holder.replaceChildren(...holder.querySelectorAll(":scope > .plot-container"));
  Plotly.react(holder, figure.data, figure.layout, CONFIG);
}

async function show(holder) {
  try {
    await load();
    draw(holder);
    lead(holder);
  } catch {
    holder.textContent = holder.dataset.failed;
  }
}

// A press on a month leads to the rows behind it, as its link in the table does.
function lead(holder) {
  if (!holder.dataset.evidence) return;
  holder.on("plotly_click", (pressed) => {
    location.href = holder.dataset.evidence + "#" + String(pressed.points[0].x).slice(0, 7);
  });
}

function redraw() {
  shown.forEach(draw);
}

async function save(holder, format) {
  await load();
  const figure = drawn(holder, false), layout = figure.layout;
  const paper = resolved("var(--paper)"), panel = PICTURE.height - PICTURE.head - PICTURE.foot;
  const source = { text: figure.source, xref: "paper", yref: "container", x: 0, y: 0.015, xanchor: "left", yanchor: "bottom",
    align: "left", showarrow: false, xshift: -layout.margin.l + 24, font: { size: 13, color: resolved("var(--faint)") } };
  Object.assign(layout, {
    paper_bgcolor: paper, plot_bgcolor: paper, width: PICTURE.width, height: PICTURE.height,
    title: { text: figure.title, x: 0, xanchor: "left", pad: { l: 24 }, y: 0.965, yanchor: "top",
      font: { size: 26, color: resolved("var(--ink)"), family: getComputedStyle(document.querySelector("h1")).fontFamily } },
    margin: Object.assign({}, layout.margin, { t: PICTURE.head, b: PICTURE.foot + layout.margin.b }),
    annotations: (layout.annotations || []).concat([source]),
  });
  await Plotly.downloadImage({ data: figure.data, layout: layout }, { format: format, width: PICTURE.width,
    height: PICTURE.height, scale: format === "png" ? 2 : 1, filename: "stackrank-" + holder.dataset.file });
}

const watch = new IntersectionObserver((seen) => {
  for (const { target } of seen.filter((each) => each.isIntersecting)) {
    watch.unobserve(target);
    show(target);
  }
}, { rootMargin: "300px" });

for (const holder of holders) {
  const figure = holder.closest("figure");
  figure.querySelectorAll("[data-save]").forEach((button) => button.addEventListener("click", () => save(holder, button.dataset.save)));
  figure.querySelectorAll("input[value=bots], input[value=people]").forEach((input) => input.addEventListener("change", () => draw(holder)));
  if (!holder.hidden) watch.observe(holder);
}

// "Explore" puts the chart in the place of the picture that was made before; a second press gives that back.
for (const button of document.querySelectorAll("[data-explore]")) {
  const holder = document.getElementById(button.dataset.explore), still = holder.closest("figure").querySelector("[data-still]");
  button.addEventListener("click", async () => {
    const isOpen = holder.hidden;
    holder.hidden = !isOpen;
    still.hidden = isOpen;
    button.setAttribute("aria-pressed", String(isOpen));
    if (isOpen) await show(holder);
  });
}

narrow.addEventListener("change", redraw);
dark.addEventListener("change", redraw);
document.addEventListener("theme", redraw);
addEventListener("beforeprint", redraw);
})();
