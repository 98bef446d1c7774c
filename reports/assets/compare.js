// The select boxes of Compare: two communities lead to their page, a month to its row.
"use strict";
(() => {
const one = document.getElementById("one"), other = document.getElementById("other"), then = document.getElementById("then");
const pick = one.closest(".pick");

function go(changed) {
  if (one.value === other.value) {
    const rest = changed === one ? other : one;
    rest.selectedIndex = (rest.selectedIndex + 1) % rest.options.length;
  }
  const pair = [one.value, other.value].sort();
  location.href = pick.dataset.static === "all" ? pair.join("-") + ".html" : "index.html?" + pair.join("&");
}

function tell() {
  const row = document.getElementById(location.hash.slice(1)), said = document.getElementById("said");
  if (!row || !row.matches("tr")) return;
  row.closest("details").open = true;
  const [month, who, ratio, low, high] = [...row.cells].map((cell) => cell.textContent.trim());
  said.textContent = Object.entries({ month, who, ratio, low, high })
    .reduce((text, [name, value]) => text.replace("{" + name + "}", value), said.dataset.row);
  if (then) then.value = row.id;
}

one.addEventListener("change", () => go(one));
other.addEventListener("change", () => go(other));
if (then) then.addEventListener("change", () => { history.replaceState(null, "", "#" + then.value); tell(); });
addEventListener("hashchange", tell);
tell();
})();
