// Compares two communities that have no page: loads the scores of both, and fills the empty figures of this page.
"use strict";
(() => {
const block = document.getElementById("words");
const slugs = location.search.slice(1).split("&").filter((slug) => /^[a-z0-9][a-z0-9-]*$/.test(slug));
if (!block || slugs.length !== 2) return;
const words = JSON.parse(block.textContent);
const LANES = { ahead: 0.36, untold: 0.36 }, QUANTILE = 1.6449;
const withParticles = window.stackrankParticles(words.readings);
const STEPS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000];
const NAMES = new Intl.DateTimeFormat(document.documentElement.lang, { month: "long", year: "numeric", timeZone: "UTC" });

const load = (slug) => new Promise((done, failed) => {
  const script = document.createElement("script");
  script.src = slug + ".js";
  script.onload = () => done(unpacked(window.stackrankScores[slug]));
  script.onerror = failed;
  document.head.append(script);
});

// Numbers are whole in the file, in units of the last digit, and begin with the first month that has one.
function unpacked(held) {
  const whole = ({ first, unit, scores, errors }) => Object.fromEntries(Object.entries({ scores: scores, errors: errors })
    .map(([name, numbers]) => [name, [...Array(first).fill(null), ...numbers.map((each) => each === null ? null : each / unit)]]));
  const families = Object.entries(held.families).map(([family, own]) => [family, whole(own)]);
  return { name: held.name, families: Object.fromEntries(families) };
}

function filledIn(text, values) {
  const said = Object.entries(values).reduce((said, [name, value]) => said.split("{" + name + "}").join(value), text);
  return withParticles("", said);
}

const number = (value) => value < 1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : String(Math.round(value));

// Each month in which both were ranked: how far the first is ahead, and what may be said of it.
function judged(one, other, thresholds) {
  return thresholds.flatMap((threshold, n) => {
    const [a, b] = [one.scores[n], other.scores[n]];
    if (a === null || b === null || threshold === null) return [];
    const apart = a - b, error = Math.hypot(one.errors[n], other.errors[n]), statistic = Math.abs(apart) / error;
    const word = statistic > threshold ? "ahead" : statistic >= words.probable ? "probably ahead" : "cannot be told apart";
    const ratio = [0, -QUANTILE, QUANTILE].map((z) => Math.exp(Math.abs(apart) + z * error));
    return [{ n: n, apart: apart, word: word, ratio: ratio, lane: word !== "ahead" ? 2 : apart > 0 ? 1 : 3 }];
  });
}

function boxes(months, lane) {
  const runs = [];
  for (const { n } of months.filter((month) => month.lane === lane)) {
    const last = runs[runs.length - 1];
    if (last && last[1] === n) last[1] = n + 1;
    else runs.push([n, n + 1, lane - LANES.ahead, lane + LANES.ahead]);
  }
  return runs;
}

function fill(id, change) {
  const script = document.getElementById(id + "-figure");
  let text = script.textContent;
  words.placeholders.forEach((placeholder, n) => { text = text.split("k-" + placeholder).join("k-" + slugs[n]); });
  const chart = JSON.parse(text);
  change(chart);
  script.textContent = JSON.stringify(chart);
  document.getElementById(id + "-chart").dispatchEvent(new Event("filled"));
}

function span(chart, first, count) {
  const year = Number(first.slice(0, 4)), months = Number(first.slice(5, 7)) - 1 + count;
  const end = (year + Math.floor(months / 12)) + "-" + String((months % 12) + 1).padStart(2, "0") + "-01";
  const ticks = count > 24 ? { dtick: "M" + 12 * (count < 108 ? 1 : 2), tick0: "2010-01-01", tickformat: "%Y" } : {};
  chart.first = first;
  Object.assign(chart.layout.xaxis, { range: [first, end] }, ticks);
  Object.assign(chart.narrow.xaxis, { range: [first, end] }, ticks.dtick ? { ...ticks, dtick: "M48" } : {});
}

function fillAhead(months, names, first, count) {
  fill("ahead", (chart) => {
    span(chart, first, count);
    const [one, other] = names.map((name) => filledIn(words.ahead, { name: name }));
    chart.layout.yaxis.ticktext = [one, chart.layout.yaxis.ticktext[1], other];
    const wide = Math.round(14 + 6.6 * Math.max(one.length, other.length));
    [chart.layout, chart.narrow].forEach((layout) => { layout.margin.l = wide; });
    const lanes = chart.data.filter((trace) => trace.meta === "ahead");
    const put = (trace, drawn) => Object.assign(trace, { boxes: drawn, over: 0 });
    put(chart.data.find((trace) => trace.meta === "lanes"), [1, 2, 3].map((lane) => [0, count, lane - 0.36, lane + 0.36]));
    put(lanes[0], boxes(months, 1));
    put(lanes[1], boxes(months, 3));
    put(chart.data.find((trace) => trace.meta === "untold"), boxes(months, 2));
  });
}

function fillScores(held, names, first) {
  fill("score", (chart) => {
    const count = held[0].scores.length;
    span(chart, first, count);
    const lines = chart.data.filter((trace) => trace.meta === "line"), ends = [];
    lines.forEach((line, n) => {
      const at = (z) => held[n].scores.map((score, m) => score === null ? null : 100 * Math.exp(score + z * held[n].errors[m]));
      Object.assign(line, { x: 0, y: at(0), low: at(-QUANTILE), high: at(QUANTILE), hover: {}, name: names[n] });
      const last = line.y.reduce((found, value, m) => (value === null ? found : m), -1);
      line.sizes = { [last]: 11 };
      ends.push([last, line.y[last]]);
    });
    const known = lines.flatMap((line) => [...line.low, ...line.high]).filter((value) => value !== null && value > 0);
    const range = [Math.log10(Math.min(...known) / 1.15), Math.log10(Math.max(...known) * 1.15)];
    const ticks = STEPS.filter((step) => Math.log10(step) >= range[0] && Math.log10(step) <= range[1]);
    Object.assign(chart.layout.yaxis, { range: range, tickvals: ticks, ticktext: ticks.map(String) });
    chart.layout.annotations.forEach((label) => {
      const n = label.font.color.includes(slugs[0] + ")") ? 0 : 1;
      const month = 12 * Number(first.slice(0, 4)) + Number(first.slice(5, 7)) - 1 + ends[n][0];
      const plain = document.createElement("i");
      plain.textContent = names[n];
      Object.assign(label, { text: "<b>" + plain.innerHTML + "</b> " + number(ends[n][1]), y: Math.log10(ends[n][1]), yshift: 0,
        x: Math.floor(month / 12) + "-" + String((month % 12) + 1).padStart(2, "0") + "-01" });
    });
    chart.narrow.annotations = chart.layout.annotations;
    const wide = Math.round(30 + 8.6 * Math.max(...names.map((name) => name.length + 4)));
    [chart.layout, chart.narrow].forEach((layout) => { layout.margin.r = wide; });
  });
}

function row(cells) {
  const made = document.createElement("tr");
  cells.forEach((text, n) => {
    const cell = document.createElement(n ? "td" : "th");
    cell.textContent = text;
    made.append(cell);
  });
  return made;
}

function fillTables(months, held, names, first) {
  const start = 12 * Number(first.slice(0, 4)) + Number(first.slice(5, 7)) - 1;
  const named = (n) => NAMES.format(new Date(Date.UTC(Math.floor((start + n) / 12), (start + n) % 12, 1)));
  const [ahead, score] = ["ahead", "score"].map((id) => document.querySelector("#" + id + " tbody"));
  ahead.replaceChildren(...[...months].reverse().map((month) => row([named(month.n),
    filledIn(words.cells[month.word], { ahead: names[month.apart >= 0 ? 0 : 1] }), ...month.ratio.map(number), ""])));
  document.querySelectorAll("#score thead th").forEach((head, n) => { if (n) head.textContent = names[n - 1]; });
  const shown = (value) => value === null ? "–" : number(100 * Math.exp(value));
  score.replaceChildren(...held[0].scores.map((_, n) => row([named(n), shown(held[0].scores[n]), shown(held[1].scores[n])])).reverse());
}

const ready = new Promise((done) => { if (document.readyState === "complete") done(); else addEventListener("load", done); });
Promise.all([...slugs.map(load), ready]).then((loaded) => {
  const both = loaded.slice(0, 2);
  const names = both.map((each) => each.name);
  const shared = Object.keys(words.families).filter((family) => both.every((each) => family in each.families));
  const found = shared.map((family) => [family, judged(...both.map((each) => each.families[family]), words.families[family].thresholds)])
    .filter(([, months]) => months.length);
  const isNow = ([family, months]) => months[months.length - 1].n === words.families[family].thresholds.length - 1;
  const [family, months] = found.find(isNow) || found[0] || [];
  document.getElementById("drawn").hidden = false;
  const verdict = document.getElementById("drawn-verdict"), ratio = document.getElementById("drawn-ratio");
  const newest = months && isNow([family, months]) ? months[months.length - 1] : null;
  const order = newest && newest.apart < 0 ? [names[1], names[0]] : names;
  const values = { ahead: order[0], behind: order[1] };
  verdict.textContent = filledIn(newest ? words.verdicts[newest.word] : words.none, newest ? { ...values, ratio: number(newest.ratio[0]) } : values);
  ratio.textContent = newest ? filledIn(ratio.dataset.text, { low: number(newest.ratio[1]), high: number(newest.ratio[2]) }) : "";
  document.querySelectorAll("#ahead, #score").forEach((section) => { section.hidden = !months; });
  if (!months) return;
  const { heading, first, thresholds } = words.families[family], held = both.map((each) => each.families[family]);
  document.getElementById("drawn-family").textContent = heading;
  fillAhead(months, names, first, thresholds.length);
  fillScores(held, names, first);
  fillTables(months, held, names, first);
}).catch(() => { document.getElementById("drawn-failed").hidden = false; });

[["one", 0], ["other", 1]].forEach(([id, n]) => { document.getElementById(id).value = slugs[n]; });
})();
