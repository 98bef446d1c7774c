// Ranks communities at any weights by the rules of pipelines/ranking: scores, errors, firm pairs, places, flips.
"use strict";
window.stackrankOrder = (held) => {
const families = Object.keys(held.families);
const sum = (values) => values.reduce((total, value) => total + value, 0);
const largest = (values) => Math.max(...values);
const inFamily = (family) => held.metrics.flatMap((metric, m) => (metric.family === family ? [m] : []));

// Sliders have any scale: families share all weight, and the metrics of a family share that of the family.
function weightsOf(sliders) {
  const parts = held.metrics.map(({ metric, family }) => {
    const own = sum(inFamily(family).map((m) => sliders[held.metrics[m].metric]));
    return own > 0 ? sliders[family] * sliders[metric] / own : 0;
  });
  const total = sum(parts);
  return parts.map((part) => (total > 0 ? part / total : 0));
}

const weighed = (weights) => weights.flatMap((weight, m) => (weight > 0 ? [m] : []));
const lacks = (community, weights) => weighed(weights).some((m) => community.y[m] === null);
const weighedFamilies = (weights) =>
  families.flatMap((family, f) => (inFamily(family).some((m) => weights[m] > 0) ? [f] : []));

const exactScore = (y, weights) => sum(weighed(weights).map((m) => weights[m] * y[m]));
const rounded = (score) => Math.round(score * 1e9) / 1e9 + 0;

function errorOf({ errors }, weights) {
  const used = weighed(weights);
  return Math.sqrt(sum(used.flatMap((a) => used.map((b) =>
    weights[a] * weights[b] * held.correlations[a][b] * errors[a] * errors[b]))));
}

// The first that applies, as in pipelines/ranking/states.py; only families with a weight count.
function stateOf(community, weights) {
  const used = weighedFamilies(weights), isMissing = lacks(community, weights);
  const months = largest(used.map((f) => community.living_months[f]));
  const isWhole = weighed(weights).every((m) => community.months[m] === community.applicable[m]);
  if (months > 0 && (community.is_empty || !used.some((f) => community.lives[f]))) return "dormant";
  if (months === 0) return "no source";
  if (months < held.window && (isWhole || !isMissing)) return "new";
  if (isMissing || community.is_small === null) return "not observed";
  return community.is_small ? "quiet" : "ranked";
}

const statistic = (one, other) => Math.abs(one.score - other.score) / Math.hypot(one.error, other.error);

// Holm's step-down: the pairs from the largest difference on, until one is not above its threshold.
function thresholdOf(ranked) {
  const all = ranked.flatMap((one, i) => ranked.slice(i + 1).map((other) => statistic(one, other)));
  const found = all.sort((a, b) => b - a).findIndex((value, k) => !(value > held.thresholds[all.length - k]));
  return held.thresholds[found < 0 ? Math.min(1, all.length) : all.length - found];
}

function placed(ranked) {
  const threshold = thresholdOf(ranked), last = ranked.length;
  const isFirm = (i, j) => statistic(ranked[i], ranked[j]) > threshold;
  const rows = ranked.map((row, i) => {
    const firm = ranked.map((_, j) => j !== i && isFirm(Math.min(i, j), Math.max(i, j)));
    const next = firm.indexOf(true, i + 1);
    return { ...row, rank: i + 1, low: 1 + firm.slice(0, i).filter(Boolean).length,
      high: last - firm.slice(i + 1).filter(Boolean).length, until: next < 0 ? last : next };
  });
  for (let i = last - 2; i >= 0; i -= 1) rows[i].until = Math.min(rows[i].until, rows[i + 1].until);
  return rows;
}

function wordOf(ahead, behind) {
  if (ahead.until < behind.rank) return "ahead";
  return statistic(ahead, behind) >= held.probable ? "probably ahead" : "cannot be told apart";
}

// The place of the best and of the worst case of who could be seen only in part.
function possibleOf(row, ranked, hidden, weights) {
  const missing = weighed(weights).filter((m) => row.community.y[m] === null);
  if (ranked.length < held.fewest_ranked || missing.length === weighed(weights).length) return null;
  const above = (given) => {
    const y = row.community.y.map((value, m) => (missing.includes(m) ? given(m) : value));
    const score = rounded(exactScore(y, weights));
    return ranked.filter((other) => other.score > score).length;
  };
  const best = above((m) => largest(ranked.map((other) => other.community.y[m])));
  return [1 + best, 1 + above((m) => held.metrics[m].none) + hidden - 1];
}

function rank(weights) {
  const rows = held.communities.map((community) => {
    const isScored = !lacks(community, weights);
    return { community: community, state: stateOf(community, weights),
      score: isScored ? rounded(exactScore(community.y, weights)) : null, error: isScored ? errorOf(community, weights) : null };
  });
  const ranked = rows.filter((row) => row.state === "ranked").sort((a, b) => b.score - a.score);
  const rest = rows.filter((row) => row.state !== "ranked"), hidden = rest.filter((row) => row.state === "not observed");
  hidden.forEach((row) => { row.possible = possibleOf(row, ranked, hidden.length, weights); });
  const byName = (a, b) => (a.community.name > b.community.name) - (a.community.name < b.community.name);
  rest.sort((a, b) => (a.state === "dormant") - (b.state === "dormant") || byName(a, b));
  const isAlone = ranked.length < held.fewest_ranked, listed = isAlone ? ranked : placed(ranked);
  const pairs = isAlone ? [] : listed.slice(1).map((behind, i) =>
    ({ ahead: listed[i], behind: behind, word: wordOf(listed[i], behind) }));
  return { ranked: isAlone ? [] : listed, alone: isAlone ? listed : [], rest: rest, pairs: pairs };
}

const holds = (family, sliders) => sum(inFamily(family).map((m) => sliders[held.metrics[m].metric])) > 0;

// The share of one slider of its group at which two are level, where the others keep their proportions.
function flipOf(sliders, name, group, { ahead, behind }) {
  const now = sliders[name] / sum(group.map((each) => sliders[each]));
  const others = group.filter((each) => each !== name);
  if (!(sum(others.map((each) => sliders[each])) > 0)) return { kind: "one", now: now };
  const without = weightsOf({ ...sliders, [name]: 0 });
  const alone = weightsOf({ ...sliders, ...Object.fromEntries(others.map((each) => [each, 0])), [name]: sliders[name] || 1 });
  if ([without, alone].some((weights) => [ahead, behind].some((row) => lacks(row.community, weights)))) return { kind: "unseen", now: now };
  const [rest, own] = [without, alone].map((weights) =>
    exactScore(ahead.community.y, weights) - exactScore(behind.community.y, weights));
  const share = rest === own ? -1 : rest / (rest - own) + 0;
  return share >= 0 && share <= 1 ? { kind: "level", share: share, now: now } : { kind: "none", now: now };
}

const groups = [families, ...families.map((family) => inFamily(family).map((m) => held.metrics[m].metric))];

// What each slider would have to be for the closest two to be level; of a family without a weight only its own.
function flips(sliders, { pairs }) {
  if (!pairs.length) return null;
  const apart = ({ ahead, behind }) => ahead.score - behind.score;
  const closest = pairs.reduce((best, pair) => (apart(pair) < apart(best) ? pair : best));
  const [all, ...own] = groups, used = all.filter((family) => holds(family, sliders));
  const moved = [used, ...own.filter((group, f) => group.length > 1 && used.includes(families[f]) && sliders[families[f]] > 0)];
  const found = moved.flatMap((group) => group.map((name) => ({ name: name, ...flipOf(sliders, name, group, closest) })));
  return { closest: closest, found: found };
}

return { weightsOf: weightsOf, rank: rank, flips: flips };
};
