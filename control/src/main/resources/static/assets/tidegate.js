// What the pages do by themselves: times that go on, tides that ebb, copying, the finder, the keys.
// Every page works without this file; it makes them quick.
(() => {
  "use strict";

  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

  // --- Times -----------------------------------------------------------------------------------
  // The server's clock decides; the browser's only measures how long the page has been open.
  const served = Date.parse(document.documentElement.dataset.now ?? "") || Date.now();
  const opened = performance.now();
  const now = () => served + (performance.now() - opened);
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

  const span = (ms) => {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 60) return `${s} s`;
    const m = Math.floor(s / 60);
    if (m < 60) return `${m} min`;
    const h = Math.floor(m / 60);
    if (h < 48) return m % 60 ? `${h} h ${m % 60} min` : `${h} h`;
    return `${Math.floor(h / 24)} d`;
  };
  const ago = (at) => {
    const past = now() - at;
    if (Math.abs(past) < 5000) return "just now";
    if (past < 0) return `in ${span(-past)}`;
    if (past < 86400000) {
      const m = Math.floor(past / 60000);
      return `${m < 1 ? span(past) : m < 60 ? `${m} min` : `${Math.floor(m / 60)} h`} ago`;
    }
    return day.format(at);
  };
  const write = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  const tick = () => {
    for (const time of $$("time[data-as]")) {
      const at = Date.parse(time.dateTime);
      if (Number.isNaN(at)) continue;
      if (!time.dataset.told) {
        time.dataset.told = "yes";
        time.title = exact.format(at);
      }
      const as = time.dataset.as;
      if (as === "ago") write(time, ago(at));
      else if (as === "clock") write(time, clock.format(at));
      else if (as === "day") write(time, day.format(at));
      else if (as === "since") write(time, span(now() - at));
    }
    for (const tide of $$("svg.tide[data-until]")) {
      const from = Date.parse(tide.dataset.from);
      const until = Date.parse(tide.dataset.until);
      const left = until - now();
      const share = Math.max(0, Math.min(1, left / Math.max(1, until - from)));
      $("rect", tide)?.setAttribute("width", `${(share * 100).toFixed(2)}%`);
      const low = share <= 0.1;
      tide.classList.toggle("low", low && share > 0);
      tide.classList.toggle("out", share === 0);
      const words = tide.parentElement?.querySelector(".tide-words");
      const text = left > 0 ? `${span(left)} left` : "time is up";
      if (words) {
        write(words, text);
        words.classList.toggle("low", low);
        words.title = `until ${exact.format(until)}`;
      }
      tide.setAttribute("aria-label", text);
    }
  };
  tick();
  setInterval(tick, 1000);

  // --- Copy ------------------------------------------------------------------------------------
  const announce = (text) => {
    const live = $("#announce");
    if (live) live.textContent = text;
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    event.preventDefault();
    const source = document.getElementById(button.dataset.copy);
    const text = source?.dataset.text ?? source?.textContent.trim() ?? "";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      document.execCommand("copy");
      selection.removeAllRanges();
    }
    const label = $("[data-label]", button) ?? button;
    const was = label.textContent;
    label.textContent = "Copied";
    announce("Copied to the clipboard");
    setTimeout(() => { label.textContent = was; }, 1600);
  });

  // --- Theme, navigation on a phone, dialogs ----------------------------------------------------
  document.addEventListener("click", (event) => {
    const theme = event.target.closest?.("[data-theme-toggle]");
    if (theme) {
      const is = document.documentElement.getAttribute("data-bs-theme");
      window.tidegateTheme(is === "dark" ? "light" : "dark");
      announce(`${is === "dark" ? "Light" : "Dark"} colours`);
    }
    const menu = event.target.closest?.("[data-nav-toggle]");
    if (menu) {
      const open = document.documentElement.classList.toggle("nav-open");
      menu.setAttribute("aria-expanded", String(open));
    }
    const opener = event.target.closest?.("[data-opens]");
    if (opener) {
      event.preventDefault();
      open(opener.dataset.opens);
    }
    if (event.target.closest?.("[data-closes]")) event.target.closest("dialog")?.close();
    if (event.target instanceof HTMLDialogElement) event.target.close();
  });
  const open = (id) => {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    dialog.showModal();
    $("[autofocus], input:not([type=hidden]), textarea", dialog)?.focus();
  };

  // What cuts somebody off is confirmed by name: the button wakes when the name is typed.
  document.addEventListener("input", (event) => {
    const typed = event.target;
    if (!typed.dataset?.confirms) return;
    const button = typed.form?.querySelector("button[type=submit]");
    if (button) button.disabled = typed.value.trim() !== typed.dataset.confirms;
  });
  for (const typed of $$("[data-confirms]")) {
    const button = typed.form?.querySelector("button[type=submit]");
    if (button) button.disabled = typed.value.trim() !== typed.dataset.confirms;
  }
  // One press sends a form once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });
  // A choice shows what belongs to it: durations and reason follow the chosen account.
  const follow = () => {
    for (const choice of $$("[data-follows]")) {
      const chosen = $(`input[name="${choice.dataset.follows}"]:checked`);
      const facts = chosen?.dataset ?? {};
      const longest = Number(facts.longest ?? 0);
      for (const chip of $$("input[data-seconds]", choice)) {
        chip.disabled = longest > 0 && Number(chip.dataset.seconds) > longest;
        if (chip.disabled && chip.checked) {
          chip.checked = false;
          const fits = $$("input[data-seconds]", choice).filter((c) => Number(c.dataset.seconds) <= longest);
          if (fits.length) fits.at(-1).checked = true;
        }
      }
      const must = facts.reason === "required";
      for (const reason of $$("textarea[name=reason]", choice.form ?? document)) reason.required = must;
      for (const word of $$("[data-reason-word]")) write(word, must ? "" : "(optional here)");
      for (const word of $$("[data-next-word]")) write(word, facts.next ?? "");
      for (const button of $$("[data-submit-word]")) write(button, facts.submit ?? "Request access");
    }
  };
  document.addEventListener("change", follow);
  follow();

  // --- Keys ------------------------------------------------------------------------------------
  const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
  for (const key of $$("[data-key-finder]")) key.textContent = mac ? "⌘K" : "Ctrl K";
  const typing = (element) => element?.matches?.("input, textarea, select, [contenteditable]");
  const rows = () => $$("[data-row]").filter((row) => row.offsetParent !== null);
  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.getAttribute("aria-selected") === "true" || row.getAttribute("aria-current") === "true" || row.contains(document.activeElement));
    const to = all[Math.max(0, Math.min(all.length - 1, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
    for (const row of all) row.removeAttribute("aria-selected");
    to.setAttribute("aria-selected", "true");
    const link = to.matches("a") ? to : $("a", to);
    link?.focus();
    to.scrollIntoView({ block: "nearest" });
    if (to.matches("[data-select]")) to.click();
  };
  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open("finder");
      return;
    }
    if (event.key === "Escape") {
      document.documentElement.classList.remove("nav-open");
      if (typing(event.target)) event.target.blur();
      else if (!$("dialog[open]") && document.body.dataset.back) location.href = document.body.dataset.back;
      return;
    }
    if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target) || $("dialog[open]")) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "/") { event.preventDefault(); open("finder"); }
    else {
      const act = $(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
      if (!act) return;
      event.preventDefault();
      const needed = act.dataset.needs ? document.getElementById(act.dataset.needs) : null;
      if (needed && !needed.value.trim()) { needed.focus(); return; }
      act.focus();
      act.click();
    }
  });

  // --- The finder ------------------------------------------------------------------------------
  const list = $("#finder-list");
  const pick = (by) => {
    const all = $$("a", list);
    if (!all.length) return;
    const at = all.findIndex((a) => a.getAttribute("aria-selected") === "true");
    for (const a of all) a.removeAttribute("aria-selected");
    const to = all[(at + by + all.length) % all.length];
    to.setAttribute("aria-selected", "true");
    $("#finder-input").setAttribute("aria-activedescendant", to.id);
    to.scrollIntoView({ block: "nearest" });
  };
  $("#finder-input")?.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); pick(1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); pick(-1); }
    else if (event.key === "Enter") { event.preventDefault(); ($("a[aria-selected=true]", list) ?? $("a", list))?.click(); }
    else if (event.key === "Escape") { event.target.closest("dialog").close(); }
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    tick();
    if (event.target === list) {
      $$("a", list).forEach((a, i) => { a.id = `found-${i}`; a.setAttribute("role", "option"); });
      const first = $("a", list);
      if (first) { first.setAttribute("aria-selected", "true"); $("#finder-input").setAttribute("aria-activedescendant", first.id); }
    }
  });

  // --- A live session --------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("[data-select]");
    if (!row) return;
    for (const other of $$("[data-select][aria-current]")) other.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
  });
  const tail = $("[data-tail]");
  if (tail) {
    let atEnd = true;
    tail.addEventListener("scroll", () => { atEnd = tail.scrollHeight - tail.scrollTop - tail.clientHeight < 40; });
    const chosen = $("[aria-current=true]", tail);
    if (chosen) {
      atEnd = false;
      tail.scrollTop = chosen.offsetTop - tail.offsetTop - tail.clientHeight / 3;
    } else if (tail.dataset.tail === "live") {
      tail.scrollTop = tail.scrollHeight;
    }
    document.body.addEventListener("htmx:sseMessage", () => { tick(); if (atEnd) tail.scrollTop = tail.scrollHeight; });
  }
  // A session that is over cannot be ended any more.
  document.body.addEventListener("htmx:sseClose", (event) => {
    if (event.detail?.type === "message") for (const end of $$("[data-opens=end]")) end.hidden = true;
  });
  // Filter what is on the page already.
  document.addEventListener("input", (event) => {
    const box = event.target.closest?.("[data-filters]");
    if (!box) return;
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of $$(`#${CSS.escape(box.dataset.filters)} > *`)) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
  // A page that waits for a decision asks again by itself, without moving anything.
  document.body.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) location.reload();
  });
})();
