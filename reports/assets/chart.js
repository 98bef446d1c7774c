// Draws a chart when it scrolls into view, from the JSON that stands beside it. Plotly is loaded once, by the first.
"use strict";
(() => {
const here = document.currentScript.src.replace(/[^/]*$/, "");
const narrow = matchMedia("(max-width: 700px)"), dark = matchMedia("(prefers-color-scheme: dark)");
// Plotly would otherwise offer to upload the data, and show buttons that have no names for a screen reader.
const LANGUAGE = document.documentElement.lang;
const CONFIG = { showSendToCloud: false, displaylogo: false, displayModeBar: false, responsive: true, locale: LANGUAGE };
// The look of all charts; what is a style of the page is resolved when a chart is drawn.
const TEMPLATE = {
  "layout": {
    "font": { "family": "var(--sans)", "size": 12.5, "color": "var(--soft)" },
    "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
    "showlegend": false, "dragmode": false, "hovermode": "x unified",
    "hoverlabel": { "bgcolor": "var(--card)", "bordercolor": "var(--rule2)", "font": { "color": "var(--ink)" } },
    "xaxis": { "gridcolor": "var(--grid)", "linecolor": "var(--rule2)", "zeroline": false, "fixedrange": true,
      "type": "date", "showgrid": false, "showline": true, "ticks": "", "hoverformat": document.documentElement.dataset.month },
    "yaxis": { "gridcolor": "var(--grid)", "linecolor": "var(--rule2)", "zeroline": false, "fixedrange": true }
  }
};
const SHEET = 688;
const PICTURE = { width: 1280, height: 720, head: 84, foot: 64 };
const holders = [...document.querySelectorAll(".chart")];
const shown = new Set();

let loading;
function load() {
  loading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = here + "plotly.min.js";
    script.onload = () => { if (LANGUAGE !== "en") translate(); done(); };
    script.onerror = failed;
    document.head.append(script);
  });
  return loading;
}

// Plotly speaks English. The browser knows the months and the marks of a number in other languages, the page its dates.
function translate() {
  const marks = new Intl.NumberFormat(LANGUAGE).formatToParts(-1234567.8);
  const mark = (type) => marks.find((part) => part.type === type).value;
  const { month: monthOfYear, day: dayMonth, date: dayMonthYear } = document.documentElement.dataset;
  Plotly.register({ moduleType: "locale", name: LANGUAGE, dictionary: {}, format: {
    months: months("long"), shortMonths: months("short"), decimal: mark("decimal"), thousands: mark("group"),
    month: monthOfYear, dayMonth: dayMonth, dayMonthYear: dayMonthYear } });
}

function months(length) {
  const format = new Intl.DateTimeFormat(LANGUAGE, { month: length, timeZone: "UTC" });
  return Array.from({ length: 12 }, (_, n) => format.format(Date.UTC(2024, n, 15)));
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

function filled(part) {
  if (typeof part === "string") return part.startsWith("var(--") ? resolved(part) : part;
  if (Array.isArray(part)) return part.map(filled);
  if (part === null || typeof part !== "object") return part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, filled(value)]));
}

// A month is its number from the first one; months that follow each other are named by the first of them.
function days(x, count, first) {
  const numbers = typeof x === "number" ? Array.from({ length: count }, (_, n) => x + n) : x;
  return numbers.map((day) => (typeof day === "number" ? month(first, day) : day));
}

// Hover values are those that are drawn, but for the months in "hover"; a line with a range brings its band.
function unpacked(packed, first) {
  const trace = Object.assign({}, packed, { x: days(packed.x, packed.y.length, first) });
  if (packed.boxes) return [Object.assign(trace, boxes(packed.boxes, packed.over || 0, first))];
  if (packed.sizes) trace.marker = Object.assign({}, packed.marker, { size: packed.y.map((_, n) => packed.sizes[n] || 0) });
  if (!packed.hover) return [trace];
  const values = packed.y.map((y, n) => (n in packed.hover ? packed.hover[n] : y));
  trace.customdata = packed.low ? values.map((value, n) => [value, packed.low[n], packed.high[n]]) : values;
  return packed.low ? [band(trace), trace] : [trace];
}

// A box is its first and its last day, its lower and its upper end; all stand out over these by the same.
function boxes(ends, over, first) {
  const x = ends.flatMap(([from, to]) => [...days([from, to, to, from, from], 5, first), null]);
  return { x: x, y: ends.flatMap(([, , a, b]) => [a - over, a - over, b + over, b + over, a - over, null]) };
}

function band(trace) {
  const x = [], y = [], run = [];
  const close = () => {
    x.push(...run.map((n) => trace.x[n]), ...[...run].reverse().map((n) => trace.x[n]), null);
    y.push(...run.map((n) => trace.high[n]), ...[...run].reverse().map((n) => trace.low[n]), null);
    run.length = 0;
  };
  trace.low.forEach((low, n) => { if (low !== null) run.push(n); else if (run.length) close(); });
  if (run.length) close();
  const colour = trace.line.color.replace(/^rgb\((.*)\)$/, "rgba($1, 0.16)");
  return { type: "scatter", mode: "lines", x: x, y: y, fill: "toself", fillcolor: colour, line: { width: 0 }, hoverinfo: "skip" };
}

function drawn(holder, isNarrow) {
  const chart = known(holder), layout = filled(Object.assign({ template: TEMPLATE }, chart.layout));
  if (isNarrow) Object.assign(layout, filled(chart.narrow));
  const data = filled(chart.data).flatMap((trace) => unpacked(trace, chart.first));
  return { data: data.sort((a, b) => Boolean(b.fill) - Boolean(a.fill)), layout: layout, title: chart.title, source: chart.source };
}

function draw(holder, width) {
  const figure = drawn(holder, narrow.matches);
  if (width) figure.layout.width = width;
  shown.add(holder);
  holder.replaceChildren(...holder.querySelectorAll(":scope > .plot-container"));
  Plotly.react(holder, figure.data, figure.layout, CONFIG);
}

async function show(holder) {
  try {
    await load();
    draw(holder);
    lead(holder);
    return true;
  } catch {
    holder.textContent = holder.dataset.failed;
    return false;
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
  shown.forEach((holder) => draw(holder));
}

// On paper all charts are as wide as a sheet of A4 without its margins, in the colours of a light page.
function print() {
  if (!window.Plotly) return;
  const root = document.documentElement, theme = root.dataset.theme;
  root.dataset.theme = "light";
  holders.filter(watched).forEach((holder) => draw(holder, SHEET));
  if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
}

// A browser does not wait for what a page loads when it prints, so the keys that print wait for Plotly here.
// Where one prints from the menu before that, the styles show the table of each chart in its place.
function printWhenLoaded(press) {
  if (!(press.ctrlKey || press.metaKey) || press.key.toLowerCase() !== "p" || window.Plotly) return;
  if (!holders.some(watched)) return;
  press.preventDefault();
  load().catch(() => {}).then(() => window.print());
}

function watched(holder) {
  return !holder.hidden && !("waits" in holder.dataset);
}

async function save(holder, format) {
  await load();
  const figure = drawn(holder, false), layout = figure.layout;
  const paper = resolved("var(--paper)"), bottom = PICTURE.foot + layout.margin.b;
  const source = { text: figure.source, xref: "paper", yref: "paper", x: 0, y: 0, xanchor: "left", yanchor: "bottom",
    xshift: 24 - layout.margin.l, yshift: 16 - bottom, align: "left", showarrow: false,
    font: { size: 13, color: resolved("var(--faint)") } };
  Object.assign(layout, {
    paper_bgcolor: paper, plot_bgcolor: paper, width: PICTURE.width, height: PICTURE.height,
    title: { text: figure.title, x: 0, xanchor: "left", pad: { l: 24 }, y: 0.965, yanchor: "top",
      font: { size: 26, color: resolved("var(--ink)"), family: getComputedStyle(document.querySelector("h1")).fontFamily } },
    margin: Object.assign({}, layout.margin, { t: PICTURE.head, b: bottom }),
    annotations: (layout.annotations || []).concat([source]),
  });
  await Plotly.downloadImage({ data: figure.data, layout: layout, config: CONFIG }, { format: format, width: PICTURE.width,
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
  holder.addEventListener("filled", () => show(holder));
  if (watched(holder)) watch.observe(holder);
}

// "Explore" puts the chart in the place of the picture that was made before; a second press gives that back.
for (const button of document.querySelectorAll("[data-explore]")) {
  const holder = document.getElementById(button.dataset.explore), still = holder.closest("figure").querySelector("[data-still]");
  const swap = (isChart) => {
    holder.hidden = !isChart;
    still.hidden = isChart;
    button.setAttribute("aria-pressed", String(isChart));
  };
  button.addEventListener("click", async () => {
    swap(holder.hidden);
    if (holder.hidden || await show(holder)) return;
    swap(false);
    button.textContent = button.dataset.failed;
  });
}

narrow.addEventListener("change", redraw);
dark.addEventListener("change", redraw);
document.addEventListener("theme", redraw);
addEventListener("keydown", printWhenLoaded);
addEventListener("beforeprint", print);
addEventListener("afterprint", () => {
  redraw();
  shown.forEach((holder) => Plotly.Plots.resize(holder));
});
})();
