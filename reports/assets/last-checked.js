// Shows when a run found nothing new on this page, where checked.js says so.
"use strict";
if (window.stackrankChecked) {
  const place = document.getElementById("last-checked");
  place.textContent = window.stackrankChecked;
  place.hidden = false;
}
