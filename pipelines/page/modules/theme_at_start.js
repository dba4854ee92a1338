// Runs before the first paint, so that the chosen colours do not flash.
try {
  const chosen = localStorage.getItem("fourfold-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch { /* storage is switched off: the system decides */ }
