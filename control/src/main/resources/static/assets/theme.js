// Runs before the page is painted: the reader's choice, or the system's, so that nothing flashes.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = root.dataset.theme;
    root.setAttribute("data-bs-theme", chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen);
  };
  apply();
  dark.addEventListener("change", apply);
  window.tidegateTheme = (choice) => {
    root.dataset.theme = choice;
    document.cookie = `tidegate-theme=${choice}; Path=/; Max-Age=31536000; SameSite=Lax`;
    apply();
  };
})();
