// Tabs after the ARIA pattern: arrows, Home and End move, the address keeps the view.

export function startTabs(list, opened) {
  const tabs = [...list.querySelectorAll('[role="tab"]')];
  const nameOf = (tab) => tab.getAttribute("aria-controls");

  function show(name, { focus = false } = {}) {
    const wanted = tabs.find((tab) => nameOf(tab) === name) ?? tabs[0];
    for (const tab of tabs) {
      const chosen = tab === wanted;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(nameOf(tab)).hidden = !chosen;
    }
    document.body.dataset.view = nameOf(wanted);
    document.title = `${wanted.textContent.trim()} · fourfold`;
    if (focus) wanted.focus();
    opened(nameOf(wanted));
  }

  function move(event) {
    const at = tabs.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    choose(nameOf(tabs[(next + tabs.length) % tabs.length]), true);
  }

  function choose(name, focus) {
    history.replaceState(null, "", `#${name}`);
    show(name, { focus });
    scrollTo({ top: 0 });
  }

  for (const tab of tabs) tab.addEventListener("click", () => choose(nameOf(tab), false));
  list.addEventListener("keydown", move);
  const known = (name) => tabs.some((tab) => nameOf(tab) === name);
  addEventListener("hashchange", () => { if (known(location.hash.slice(1))) show(location.hash.slice(1)); });
  show(location.hash.slice(1));
}
