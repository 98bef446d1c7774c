// What every page has: the theme, the menu of a narrow screen, and buttons that copy a text.
const root = document.documentElement;

const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

const theme = document.getElementById("theme");
const nameTheme = () => { theme.textContent = isDark() ? theme.dataset.light : theme.dataset.dark; };
theme.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { /* a page from a file may have no storage */ }
  nameTheme();
  document.dispatchEvent(new Event("theme"));
});
nameTheme();

const menu = document.getElementById("menu"), pages = document.getElementById("pages");
menu.addEventListener("click", () => {
  const isOpen = pages.classList.toggle("is-open");
  menu.setAttribute("aria-expanded", String(isOpen));
});

// A citation ends with the address of the edition, once the page has one that others can open.
const cited = document.getElementById("citation");
if (cited && location.protocol.startsWith("http")) {
  cited.append(" " + new URL(cited.dataset.address || location.pathname, location.href).href);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.done;
  });
}
