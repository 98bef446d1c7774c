// Asks the database of `stackrank serve`, and shows the answer as a table, a chart and a file.
"use strict";
(() => {
const served = window.stackrankServed, here = document.currentScript.src.replace(/[^/]*$/, "");
if (!served) return;
const at = (id) => document.getElementById(id);
const words = JSON.parse(at("ask").dataset.words);
const SHOWN = 200, LINES = 12, BARS = 40;
const SYMBOLS = ["circle", "square", "triangle-up", "diamond", "triangle-down", "star"];
const DASHES = ["solid", "dash", "dot", "dashdot"];
const INKS = ["var(--ink)", "var(--soft)", "var(--faint)"];
const [statement, link] = [at("statement"), at("link")];

const filledIn = (text, values) => Object.entries(values)
  .reduce((said, [name, value]) => said.split("{" + name + "}").join(Number(value).toLocaleString(document.documentElement.lang)), text);

async function post(form) {
  const answer = await fetch(here + "ask", { method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sql: statement.value, form: form }) });
  if (!answer.headers.get("Content-Type").startsWith("application/json")) throw new Error(words.failed);
  const said = await answer.json();
  if ("problem" in said) throw new Error(said.problem);
  return said.answer;
}

// Runs one question; the newest one wins where a reader does not wait.
let newest = 0;
async function answered(form, show) {
  const own = ++newest, begun = performance.now();
  at("said").textContent = words.asking;
  at("said").classList.remove("failed");
  try {
    const answer = await post(form);
    if (own === newest) show(answer, (performance.now() - begun) / 1000);
  } catch (error) {
    if (own !== newest) return;
    at("answer").hidden = true;
    at("said").textContent = error instanceof TypeError ? words.failed : error.message;
    at("said").classList.add("failed");
  }
}

function cell(kind, value) {
  const made = document.createElement(kind);
  made.textContent = value === null ? words.unknown : typeof value === "object" ? JSON.stringify(value) : String(value);
  return made;
}

function tabled(answer) {
  const head = document.createElement("thead"), body = document.createElement("tbody"), names = head.insertRow();
  answer.columns.forEach((column) => { names.append(cell("th", column.name)); names.lastChild.scope = "col"; });
  for (const row of answer.rows.slice(0, SHOWN)) body.insertRow().append(...row.map((value) => cell("td", value)));
  const caption = document.createElement("caption");
  caption.className = "sr";
  caption.textContent = statement.value.slice(0, 200);
  at("answer-table").replaceChildren(caption, head, body);
}

// A line of months has no gap where a date is missing: the answer says nothing of it, and dots say what it has.
function trace(answer, x, y, name, rows, n) {
  const own = words.slugs.includes(name), isDated = answer.columns[x].kind === "date";
  const colour = own ? "var(--k-" + name + ")" : INKS[n % INKS.length];
  const values = { x: rows.map((row) => row[x]), y: rows.map((row) => row[y]), name: name };
  if (!isDated) return Object.assign(values, { type: "bar", marker: { color: colour } });
  return Object.assign(values, { type: "scatter", mode: rows.length > 60 ? "lines" : "lines+markers", connectgaps: false,
    line: { color: colour, width: 2, dash: own ? "solid" : DASHES[n % DASHES.length] },
    marker: { color: colour, symbol: SYMBOLS[n % SYMBOLS.length], size: 6 } });
}

// Dates, else names, are across; each number is a line, or each name where dates and names stand beside one number.
function traces(answer) {
  const of = (kind) => answer.columns.flatMap((column, n) => column.kind === kind ? [n] : []);
  const [dates, texts, numbers] = [of("date"), of("text"), of("number")];
  const x = dates.length ? dates[0] : texts[0];
  if (x === undefined || !numbers.length || !answer.rows.length) return [];
  if (!dates.length && answer.rows.length > BARS) return [];
  if (!dates.length || !texts.length) {
    return numbers.slice(0, 6).map((y, n) => trace(answer, x, y, answer.columns[y].name, answer.rows, n));
  }
  const names = [...new Set(answer.rows.map((row) => row[texts[0]]))].slice(0, LINES);
  const y = numbers[numbers.length - 1];
  return names.map((name, n) => trace(answer, x, y, String(name), answer.rows.filter((row) => row[texts[0]] === name), n));
}

function drawn(answer) {
  const data = traces(answer), holder = at("answer-chart");
  holder.hidden = !data.length;
  at("undrawn").textContent = data.length ? "" : words.undrawn;
  if (!data.length) return;
  const isDated = data[0].type === "scatter";
  holder.removeAttribute("data-waits");
  at("answer-figure").textContent = JSON.stringify({ first: "2000-01-01", title: "", source: "", data: data, narrow: {},
    layout: { height: 360, margin: { t: 40, b: 60, l: 60, r: 16 }, showlegend: data.length > 1, barmode: "group",
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
      xaxis: { type: isDated ? "date" : "category", automargin: true }, yaxis: { automargin: true } } });
  holder.dispatchEvent(new Event("filled"));
}

function show(answer, seconds) {
  const count = answer.rows.length, form = answer.is_whole ? words.whole : words.first;
  const said = count ? filledIn(form, { count: count, seconds: seconds.toFixed(1) }) : words.none;
  at("said").textContent = count > SHOWN ? said + " " + filledIn(words.shown, { count: SHOWN }) : said;
  at("answer").hidden = !count;
  if (!count) return;
  tabled(answer);
  drawn(answer);
}

function save(text) {
  const file = document.createElement("a");
  file.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  file.download = "stackrank-answer.csv";
  file.click();
  URL.revokeObjectURL(file.href);
  at("said").textContent = "";
}

const ask = () => {
  history.replaceState(null, "", link.href);
  return answered("page", show);
};
const linked = () => { link.href = "#sql=" + encodeURIComponent(statement.value); };
const textOf = (id) => at(id)?.nextElementSibling?.querySelector("code")?.textContent;

function take(sql, address) {
  statement.value = sql;
  link.href = address;
}

// An address names a question of this page, which is asked, or has its words, which only a press asks.
function follow() {
  const fragment = location.hash.slice(1);
  if (fragment.startsWith("sql=")) {
    try { take(decodeURIComponent(fragment.slice(4)), location.hash); } catch { /* no words: the old ones stay */ }
  } else if (document.querySelector('[data-asks="' + CSS.escape(fragment) + '"]')) {
    take(textOf(fragment), location.hash);
    ask();
  }
}

at("not-served").hidden = true;
at("ask").hidden = false;
at("limits").textContent = filledIn(at("limits").dataset.text, served);
document.querySelectorAll(".ask-this").forEach((each) => { each.hidden = false; });
statement.addEventListener("input", linked);
statement.addEventListener("keydown", (pressed) => {
  if (pressed.key === "Enter" && (pressed.ctrlKey || pressed.metaKey)) ask();
});
at("ask-it").addEventListener("click", ask);
at("as-csv").addEventListener("click", () => answered("csv", save));
document.querySelectorAll("[data-asks]").forEach((button) => button.addEventListener("click", () => {
  take(textOf(button.dataset.asks), "#" + button.dataset.asks);
  at("ask").scrollIntoView();
  ask();
}));
addEventListener("hashchange", follow);
linked();
follow();
})();
