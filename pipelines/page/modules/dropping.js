// Files by choice or by drop.

/** `taken(files)` hears of every choice; the whole of `area` takes drops, `zone` shows it. */
export function takeFiles(area, zone, taken) {
  const input = zone.querySelector('input[type="file"]');
  // The same file may be chosen again, changed meanwhile.
  input.addEventListener("click", () => { input.value = ""; });
  input.addEventListener("change", () => { if (input.files.length) taken([...input.files]); });
  let depth = 0;
  const holds = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  area.addEventListener("dragenter", (event) => { if (holds(event)) { depth += 1; zone.classList.add("over"); } });
  area.addEventListener("dragleave", (event) => { if (holds(event) && --depth <= 0) { depth = 0; zone.classList.remove("over"); } });
  area.addEventListener("dragover", (event) => { if (holds(event)) event.preventDefault(); });
  area.addEventListener("drop", (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    depth = 0;
    zone.classList.remove("over");
    input.value = "";
    taken([...event.dataTransfer.files]);
  });
}

/** One of the page's own samples as a File. */
export async function sample(name, type = "text/csv") {
  const response = await fetch(`page/samples/${name}`);
  return new File([await response.blob()], name, { type });
}
