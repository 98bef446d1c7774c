// Draws every chart from the JSON that stands beside it; nothing is fetched.
"use strict";
const narrow = window.matchMedia("(max-width: 700px)");
const SAID = {
  linear: "",
  log: "Each labelled step is two to two and a half times the one below it; zero stands on the lowest line.",
};

const MAIL = { people: "", bots: "The mail of bots is counted too." };
const FIRST = { scale: "linear", mail: "people" };

function known(holder) {
  const chart = JSON.parse(document.getElementById(holder.id + "-figure").textContent);
  return Object.assign(chart, chosen(holder, "mail") === "bots" ? chart.with_bots : {});
}

// The switch itself is the state, so that a redraw, or another width, keeps it.
function chosen(holder, what) {
  const on = holder.closest("figure").querySelector("input[name$='-" + what + "']:checked");
  return on ? on.value : FIRST[what];
}

function drawn(holder, chart, size) {
  const scale = chart.scales[chosen(holder, "scale")];
  const yaxis = Object.assign({}, chart.layout.yaxis, scale.axis);
  if (size === "narrow") yaxis.title = { text: "" }; // the heading above says it
  const layout = Object.assign({}, chart.layout, chart[size], { yaxis: yaxis, annotations: scale[size] });
  const data = chart.data.map(function (trace) {
    const y = trace.yaxis || scale.floor === null ? trace.y : trace.y.map((value) => (value === 0 ? scale.floor : value));
    return Object.assign({}, trace, { customdata: trace.y, y: y });
  });
  return { data: data, layout: layout, config: chart.config };
}

function draw(holder) {
  const figure = drawn(holder, known(holder), narrow.matches ? "narrow" : "wide");
  holder.style.height = figure.layout.height + "px";
  Plotly.react(holder, figure.data, figure.layout, figure.config);
  const status = holder.closest("figure").querySelector(".said");
  if (status) status.textContent = [MAIL[chosen(holder, "mail")], SAID[chosen(holder, "scale")]].filter(Boolean).join(" ");
}

function save(holder) {
  const chart = known(holder);
  const figure = drawn(holder, chart, "wide");
  const source = { text: chart.source, xref: "paper", yref: "container", x: 0, y: 0.02, xanchor: "left", yanchor: "bottom",
    showarrow: false, font: { size: 12, color: "#5a6472" } };
  figure.layout = Object.assign({}, figure.layout, {
    title: { text: chart.title, x: 0.02, font: { size: 24 } },
    margin: Object.assign({}, figure.layout.margin, { t: 70, b: 80 }),
    annotations: figure.layout.annotations.concat([source]),
  });
  Plotly.downloadImage(figure, { format: "png", width: 1280, height: 720, scale: 2, filename: holder.id });
}

function drawAll() {
  document.querySelectorAll(".chart").forEach(draw);
}

document.querySelectorAll(".chart").forEach(function (holder) {
  const figure = holder.closest("figure");
  figure.querySelector(".tools").hidden = false;
  figure.querySelectorAll("input").forEach((input) => input.addEventListener("change", () => draw(holder)));
  figure.querySelector(".save").addEventListener("click", () => save(holder));
});
narrow.addEventListener("change", drawAll);
drawAll();
