// Says an order in the sentences of the ranking, which stand in the page; the rules are those of reports/text.
"use strict";
window.stackrankWords = (held) => {
const words = held.words, families = Object.keys(held.families);
const NUMBER = new Intl.NumberFormat(document.documentElement.lang);

const withParticles = window.stackrankParticles(held.readings);

// Fills the named fields of a sentence with texts, numbers or elements.
function say(sentence, values = {}) {
  const said = document.createDocumentFragment();
  for (const part of sentence.split(/(\{\w+(?::,)?\})/)) {
    const name = /^\{(\w+)/.exec(part), value = name ? values[name[1]] : withParticles(said.textContent, part);
    said.append(typeof value === "number" ? NUMBER.format(value) : value instanceof Node ? value.cloneNode(true) : value);
  }
  return said;
}

const text = (sentence, values) => say(sentence, values).textContent;

function nameOf({ community }) {
  const name = document.createElement("span");
  name.className = "name k-" + community.slug;
  name.textContent = community.name;
  return name;
}

function joined(parts) {
  if (parts.length < 2) return parts[0];
  const others = document.createDocumentFragment();
  parts.slice(0, -1).forEach((part, n) => others.append(n ? ", " : "", part));
  return say(words.enumerated, { others: others, last: parts[parts.length - 1] });
}

// Every row of a block is firmly ahead of all in the blocks after it.
function blocksOf(ranked) {
  const blocks = [[]];
  let reached = 0;
  for (const row of ranked) {
    if (row.rank > reached && reached > 0) blocks.push([]);
    blocks[blocks.length - 1].push(row);
    reached = Math.max(reached, row.high);
  }
  return blocks;
}

const span = (low, high) => text(high === low + 1 ? words.span_of_two : words.span, { low: low, high: high });

function levelClause(block, isNamed) {
  const low = block[0].rank, high = block[block.length - 1].rank, clauses = words.clauses;
  if (block.some((row) => row.low !== low || row.high !== high)) return say(clauses.overlap, { places: span(low, high) });
  if (isNamed && block.length < words.named) return say(clauses.level, { names: joined(block.map(nameOf)) });
  return say(clauses.run, { places: span(low, high) });
}

function clausesOf(ranked) {
  const [top, ...rest] = blocksOf(ranked), first = nameOf(top[0]), clauses = words.clauses;
  const isFew = ranked.length <= words.named;
  if (top.length === 1 && isFew && rest.every((block) => block.length === 1)) {
    return [say(clauses["leads all"], { first: first, rest: joined(rest.map(([row]) => nameOf(row))) })];
  }
  const begin = top.length > 1 ? levelClause(top, true) : isFew ? say(clauses.leads, { first: first })
    : say(clauses["leads others"], { first: first, others: ranked.length - 1 });
  const more = rest.filter((block) => isFew || block[0].rank < words.named);
  return [begin, ...more.map((block) => block.length > 1 ? levelClause(block, false)
    : say(clauses.firm, { name: nameOf(block[0]), place: words.nth[block[0].rank - 1] }))];
}

function aboutOf({ ranked, alone }) {
  if (ranked.length) return clausesOf(ranked);
  return [alone.length ? say(words.clauses.alone, { name: nameOf(alone[0]) }) : say(words.clauses.nobody)];
}

function headline(order, title) {
  const about = document.createDocumentFragment();
  aboutOf(order).forEach((clause, n) => about.append(n ? "; " : "", clause));
  return say(words.headline, { by: words.titles[title], about: about });
}

function firmness({ ranked, rest }) {
  if (!ranked.length) return "";
  const said = ranked.every((row) => row.low === row.high) ? words.firm : words.sets;
  const isHidden = rest.some((row) => row.state === "not observed");
  return isHidden ? said + " " + text(words.of_seen, { ranked: ranked.length }) : said;
}

// A place, a range of places, or 2= where exactly those with equal scores may have it; then what is read aloud.
function placeOf(row, ranked) {
  const { low, high } = row, plain = NUMBER.format(low);
  if (low === high) return { shown: plain, spoken: plain };
  const level = ranked.filter((other) => other.score === row.score).length;
  if (level === high - low + 1) return { shown: plain + "=", spoken: text(words.tied, { place: low }) };
  return { shown: text(words.set, { low: low, high: high }), spoken: text(words.places, { low: low, high: high }) };
}

// The brackets of a ranking: longest runs of neighbouring rows in which no pair is firm.
function runsOf(ranked) {
  const runs = [];
  let reached = 0;
  for (const { rank, until } of ranked) {
    if (until > rank && until > reached) runs.push({ first: rank - 1, end: until });
    reached = Math.max(reached, until);
  }
  return runs;
}

function laidOut(runs, rows) {
  const columns = [];
  for (const { first, end } of runs) {
    let column = columns.find((each) => !each.slice(first, end).some(Boolean));
    if (!column) columns.push(column = new Array(rows).fill(""));
    for (let row = first; row < end; row += 1) column[row] = row === first ? "first" : row === end - 1 ? "last" : "inside";
  }
  return columns;
}

const run = (ranked, { first, end }) =>
  text(words.run, { first: ranked[first].community.name, last: ranked[end - 1].community.name });

const pair = ({ ahead, behind, word }) => say(words.pairs[word], { ahead: nameOf(ahead), behind: nameOf(behind) });

function possible(row) {
  if (!row.possible) return "";
  const [first, last] = row.possible, [best, worst] = row.possible.map((place) => words.ordinals[place - 1]);
  const places = first === last ? best : text(words.between, { best: best, worst: worst, first: first, last: last });
  return text(words.possible, { name: row.community.name, places: places });
}

// The families that lack something, by the reason for it: see queries and text of the ranking.
function lacking({ community }, weights) {
  const found = {};
  families.forEach((family, f) => {
    const own = held.metrics.flatMap((metric, m) => (metric.family === family && weights[m] > 0 ? [m] : []));
    if (!own.some((m) => community.y[m] === null)) return;
    const isKnown = own.some((m) => community.applicable[m] > 0) || community.lives[f];
    const isShort = own.every((m) => community.y[m] !== null || community.months[m] === community.applicable[m]);
    const code = !isKnown ? "without_source" : isShort ? "too_short" : "not_observed";
    (found[code] ??= []).push(held.families[family].lacking);
  });
  return found;
}

function notObserved(row, weights) {
  const found = lacking(row, weights), codes = ["not_observed", "without_source", "too_short"].filter((code) => found[code]);
  if (!codes.length) return words.reasons.size_not_observed;
  const months = Math.min(...row.community.months.filter((_, m) => weights[m] > 0));
  const key = (code) => code === "not_observed" && codes.length > 1 ? "in_part_not_observed" : code;
  return codes.map((code) => text(words.reasons[key(code)], { missing: joined(found[code]), months: months })).join("; ");
}

// Why somebody has no place.
function reason(row, weights) {
  const { community, state } = row, named = (month) => community.named[month];
  const own = families.flatMap((family, f) => (held.metrics.some((metric, m) => metric.family === family && weights[m] > 0) ? [f] : []));
  if (state === "not observed") return notObserved(row, weights);
  if (state === "ranked") return words.reasons.fewer_than_two_ranked;
  const code = state !== "dormant" ? state.replace(" ", "_") : own.some((f) => community.lives[f]) ? "nobody_seen" : "sources_ended";
  const known = (months) => own.map((f) => months[f]).filter(Boolean).sort();
  const said = text(words.reasons[code], { people: community.people, since: named(known(community.since)[0]) || "" });
  const active = known(community.active).pop();
  return state === "dormant" && active ? text(words.last_active, { reason: said, month: named(active) }) : said;
}

// A score for a table: three digits, none after the point from ten on; a half goes to the even number.
function score(value) {
  if (Math.round(value * 10) / 10 < 10) return value.toFixed(1);
  const three = Number(value.toPrecision(3));
  return NUMBER.format(three % 1 === 0.5 ? 2 * Math.round(three / 2) : Math.round(three));
}

return { say, text, joined, nameOf, headline, firmness, placeOf, runsOf, laidOut, run, pair, possible, reason, score };
};
