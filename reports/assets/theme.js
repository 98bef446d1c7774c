// Runs before the page is drawn: says that scripts work, and takes the theme that the reader chose before.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch { /* a page from a file may have no storage */ }
})();
