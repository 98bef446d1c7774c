// The sliders of the method page: order, places and words follow each step; the address keeps the weights.
"use strict";
(() => {
const block = document.getElementById("weights-data");
if (!block) return;
const held = JSON.parse(block.textContent);
const order = window.stackrankOrder(held), words = window.stackrankWords(held);
const section = document.getElementById("weights"), part = (id) => document.getElementById("weighed-" + id);
const sliders = [...section.querySelectorAll("input[type=range]")];
const buttons = [...section.querySelectorAll("[data-official]")];
const rows = Object.fromEntries([...section.querySelectorAll("tr[data-community]")].map((row) => [row.dataset.community, row]));
const families = Object.keys(held.families), MARK = "#weights&";

// A family of one metric has no slider for it.
const fixed = Object.fromEntries(held.metrics.map(({ metric, weight }) => [metric, weight]));
const read = () => ({ ...fixed, ...Object.fromEntries(sliders.map((slider) => [slider.name, Number(slider.value)])) });

function official(ranking) {
  const share = (family) => held.metrics.reduce((sum, metric) => sum + (metric.family === family ? metric.weight : 0), 0);
  const of = (family) => ranking === "overall" ? share(family) : family === ranking ? 100 : 0;
  return { ...fixed, ...Object.fromEntries(families.map((family) => [family, of(family)])) };
}

const isNear = (one, other) => one.every((weight, m) => Math.abs(weight - other[m]) < 1e-9);
const officialOf = (weights) =>
  buttons.map((button) => button.dataset.official).find((ranking) => isNear(weights, order.weightsOf(official(ranking))));

function set(values) {
  for (const slider of sliders) if (values[slider.name] !== undefined) slider.value = values[slider.name];
}

function showShares(values, weights) {
  const percent = (share) => (Number.isFinite(share) ? Math.round(100 * share) : 0);
  for (const slider of sliders) {
    const own = held.metrics.flatMap((metric, m) => (slider.name === metric.family || slider.name === metric.metric ? [m] : []));
    const all = held.metrics.filter(({ family }) => family === slider.dataset.of).map(({ metric }) => values[metric]);
    const share = slider.dataset.of ? values[slider.name] / all.reduce((sum, value) => sum + value, 0)
      : own.reduce((sum, m) => sum + weights[m], 0);
    const said = words.text(slider.dataset.share, { share: percent(share) });
    slider.setAttribute("aria-valuetext", said);
    slider.nextElementSibling.textContent = said;
  }
}

function fillPlace(row, found, spokenRuns, brackets) {
  const [holder, place] = ["brackets", "place"].map((name) => row.querySelector("." + name));
  holder.replaceChildren(...brackets.map((kind) => Object.assign(document.createElement("i"), { className: kind })));
  place.firstElementChild.textContent = found.shown;
  place.lastElementChild.textContent = found.spoken + spokenRuns;
}

function fillScore(row, { score, error }) {
  const at = (z) => words.score(100 * Math.exp(score + z * error));
  row.querySelector("b").textContent = at(0);
  row.querySelector("small").textContent = words.text(held.words.scores, { low: at(-held.spread), high: at(held.spread) });
}

function showRanked(found) {
  const runs = words.runsOf(found.ranked), columns = words.laidOut(runs, found.ranked.length);
  found.ranked.forEach((each, n) => {
    const row = rows[each.community.slug];
    const spoken = runs.filter(({ first }) => first === n).map((run) => words.run(found.ranked, run)).join("");
    row.className = "k-" + each.community.slug;
    fillPlace(row, words.placeOf(each, found.ranked), spoken, columns.map((column) => column[n]));
    fillScore(row, each);
    row.querySelector(".c-said").replaceChildren(found.pairs[n] ? words.pair(found.pairs[n]) : "");
  });
}

function showRest(found, weights) {
  for (const each of [...found.alone, ...found.rest]) {
    const row = rows[each.community.slug];
    row.className = "unranked k-" + each.community.slug;
    fillPlace(row, { shown: "–", spoken: held.words.not_ranked }, "", []);
    row.querySelector("b").textContent = row.querySelector("small").textContent = "";
    row.querySelector(".c-said").textContent = words.reason(each, weights);
  }
}

function sliderName({ name }) {
  const metric = held.metrics.find((each) => each.metric === name);
  return metric ? metric.said : held.families[name].heading;
}

// Each slider that could change the order has a sentence; those that cannot share one. What is alone has none.
function flipTexts(all) {
  const found = all.filter(({ kind }) => kind !== "one"), of = (kind) => found.filter((each) => each.kind === kind), flips = held.words.flips;
  const level = of("level").map((each) => words.text(flips.level,
    { what: sliderName(each), weight: Math.round(100 * each.share), now: Math.round(100 * each.now) }));
  const shared = ["none", "unseen"].filter((kind) => of(kind).length).map((kind) =>
    words.text(flips[kind], { what: words.joined(of(kind).map(sliderName)) }));
  return of("none").length === found.length ? [flips.no_single] : [...level, ...shared];
}

function showFlips(found) {
  const { ahead, behind } = found ? found.closest : {};
  part("closest").replaceChildren(found ? words.say(held.words.flips.closest, { ahead: words.nameOf(ahead), behind: words.nameOf(behind) })
    : held.words.flips.nobody);
  part("flips").replaceChildren(...(found ? flipTexts(found.found) : []).map((text) =>
    Object.assign(document.createElement("li"), { textContent: text })));
}

function addressOf(values) {
  const given = sliders.map(({ name }) => name + "=" + values[name]);
  return MARK + given.join("&");
}

let waiting;
function keep(address) { // a browser refuses hundreds of changes of the address in a row
  part("address").textContent = location.href.replace(/#.*/, "") + address;
  clearTimeout(waiting);
  waiting = setTimeout(() => history.replaceState(null, "", address), 250);
}

function show() {
  const values = read(), weights = order.weightsOf(values), isWeighed = weights.some((weight) => weight > 0);
  part("nothing").hidden = isWeighed;
  part("result").hidden = !isWeighed;
  showShares(values, weights);
  const name = officialOf(weights);
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.official === name));
  if (!isWeighed) return;
  const found = order.rank(weights), listed = [...found.ranked, ...found.alone, ...found.rest];
  part("verdict").replaceChildren(words.headline(found, name || "yours"));
  part("firmness").textContent = [words.firmness(found), ...found.rest.map(words.possible)].filter(Boolean).join(" ");
  showRanked(found);
  showRest(found, weights);
  part("rows").append(...listed.map((each) => rows[each.community.slug]));
  listed.forEach((each) => { rows[each.community.slug].hidden = each.state === "no source"; });
  showFlips(order.flips(values, found));
}

function change() {
  show();
  keep(addressOf(read()));
}

// What the address does not name, or names wrongly, is as it is officially.
function restore() {
  if (!location.hash.startsWith(MARK)) return show();
  const given = new URLSearchParams(location.hash.slice(MARK.length));
  const isRight = (value) => /^\d{1,3}$/.test(value) && Number(value) <= 100;
  set({ ...official(held.opened), ...Object.fromEntries([...given].filter(([, value]) => isRight(value))) });
  show();
  section.scrollIntoView();
}

sliders.forEach((slider) => slider.addEventListener("input", change));
buttons.forEach((button) => button.addEventListener("click", () => { set(official(button.dataset.official)); change(); }));
addEventListener("hashchange", restore);
set(official(held.opened));
restore();
part("address").textContent = location.href.replace(/#.*/, "") + addressOf(read());
})();
