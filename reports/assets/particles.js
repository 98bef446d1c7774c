// Korean writes both forms of a particle after a field: the last syllable before it decides, as in reports/languages.
"use strict";
window.stackrankParticles = (readings) => {
const MARK = /\[(은|이|을|과|으로)\/(는|가|를|와|로|)\]/g, FIRST = "가".charCodeAt(0), FINALS = 28, RIEUL = 8;
const READ = { 0: "영", 1: "일", 2: "이", 3: "삼", 4: "사", 5: "오", 6: "육", 7: "칠", 8: "팔", 9: "구", "%": "트" };
const names = Object.keys(readings).sort((one, other) => other.length - one.length);

function finalOf(word) {
  const known = names.find((name) => word.endsWith(name)), last = (readings[known] || word).slice(-1);
  const syllable = READ[last] || last;
  return /[가-힣]/.test(syllable) ? (syllable.charCodeAt(0) - FIRST) % FINALS : null;
}

function pick(before, closed, open) {
  const final = finalOf(before.trimEnd().replace(/\([^()]*\)$/, "").trimEnd());
  if (final === null) return open ? closed + "(" + open + ")" : "(" + closed + ")";
  return final === 0 || (open === "로" && final === RIEUL) ? open : closed;
}

// Gives a part of a sentence with the forms that fit; `before` is what stands before it.
return (before, part) => part.replace(MARK, (_, closed, open, at) => pick(before + part.slice(0, at), closed, open));
};
