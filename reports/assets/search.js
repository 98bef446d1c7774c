// Finds communities by a part of their names, of which communities.js has the list.
"use strict";
{
  const most = 12;
  const box = document.getElementById("search"), list = document.getElementById("found");
  const said = document.getElementById("found-said");
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const named = window.stackrankCommunities.map(([slug, name]) => ({ slug, name, key: plain(`${name} ${slug}`) }));

  const link = ({ slug, name }) => {
    const item = document.createElement("li"), to = document.createElement("a");
    to.href = `${list.dataset.root}community/${encodeURIComponent(slug)}.html`;
    to.textContent = name;
    item.append(to);
    return item;
  };

  box.addEventListener("input", () => {
    const asked = plain(box.value.trim());
    const found = asked ? named.filter(({ key }) => key.includes(asked)) : [];
    list.replaceChildren(...found.slice(0, most).map(link));
    said.textContent = !asked ? "" : found.length ? `${said.dataset.some} ${found.length}` : said.dataset.none;
  });
}
