// Draws every chart from the JSON that stands beside it; nothing is fetched.
"use strict";
const narrow = window.matchMedia("(max-width: 700px)");

function draw(holder) {
  const chart = JSON.parse(document.getElementById(holder.id + "-figure").textContent);
  const layout = Object.assign({}, chart.layout, narrow.matches ? chart.narrow : chart.wide);
  Plotly.react(holder, chart.data, layout, chart.config);
}

function drawAll() {
  document.querySelectorAll(".chart").forEach(draw);
}

narrow.addEventListener("change", drawAll);
drawAll();
