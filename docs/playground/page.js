// Moves texts and events between the form, the address and the worker; all answers come from the Python library.
const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const views = all("form[data-view]");
const PATIENCE = 10000; // milliseconds for one question, then the worker starts anew
let worker, known = null, view = views[0], asked = 0, waiting = null, typing = null;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// -- the state: the fields of the view that is open, in the address ------------------------------------------------

const inputs = (form) => all("[name]", form);
const fields = (form) => Object.fromEntries(inputs(form).filter((one) => one.value !== "").map((one) => [one.name, one.value]));

function fill(form, given, clear = true) {
  for (const one of inputs(form)) {
    if (one.name in given) one.value = given[one.name];
    else if (clear) one.value = one.tagName === "SELECT" ? one.options[0]?.value ?? "" : "";
    const part = one.closest("details");
    if (part && !part.classList.contains("hint") && one.name in given && one.tagName !== "SELECT") part.open = true;
  }
}

const state = () => "#" + new URLSearchParams({ view: view.dataset.view, ...fields(view) });

function restore() {
  const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const form = views.find((one) => one.dataset.view === given.view);
  if (form) {
    delete given.view;
    fill(form, given);
  }
  open(form || view);
}

function open(form) {
  view = form;
  for (const one of views) {
    one.hidden = one !== form;
    const tab = $(`#tab-${one.dataset.view}`);
    tab.setAttribute("aria-selected", one === form);
    tab.tabIndex = one === form ? 0 : -1;
  }
  ask();
}

// -- asking ----------------------------------------------------------------------------------------------------------

function ask() {
  for (const one of all("input[type=range]", view)) one.previousElementSibling.textContent = one.value;
  if (view.dataset.view === "puzzle") showPuzzle();
  if (!known) return;
  history.replaceState(null, "", state());
  const id = ++asked;
  clearTimeout(typing);
  const width = Math.min(Math.round($(".answer", view).clientWidth), 980);
  document.body.dataset.width = width;
  $(".answer", view).classList.add("old");
  document.body.dataset.busy = id;
  clearTimeout(waiting);
  waiting = setTimeout(() => restart(`No answer within ${PATIENCE / 1000} seconds; the question was given up.`), PATIENCE);
  worker.postMessage({ id, view: view.dataset.view, fields: JSON.stringify(fields(view)), width });
}

function restart(reason) {
  worker.terminate();
  known = null;
  start();
  show({ parts: [{ kind: "error", text: reason }] });
  asked++;
}

function start() {
  worker = new Worker("worker.js", { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data.ready) {
      const first = !$("#view-read .examples button");
      known = data.ready;
      $("#status").textContent = `Ready: layouts ${known.version} on Python ${data.python}, in this page.`;
      document.body.dataset.ready = Math.round(performance.now());
      if (first) build(), restore(), keep(data.files);
    } else if (data.broken) {
      $("#status").textContent = `The library could not be loaded: ${data.broken}`;
    } else if (data.id === asked) {
      if (data.answer) {
        clearTimeout(waiting);
        show(data.answer);
        document.body.dataset.took = data.took;
      } else if (data.figure) place(data.number, data.figure);
      else if (data.fault) show({ parts: [{ kind: "error", text: data.fault }] });
      if (data.done !== undefined || data.fault) {
        document.body.dataset.done = data.done;
        document.body.dataset.busy = "";
      }
    }
  };
}

// -- showing ---------------------------------------------------------------------------------------------------------

const lit = { cells: [] };

function show(answer) {
  const box = $(".answer", view);
  lit.cells = answer.lit || [];
  box.replaceChildren(...answer.parts.map(part));
  box.classList.remove("old");
  if (view.dataset.view === "threads") showBits(answer.dims || []);
}

function part(one) {
  if (one.kind === "facts") {
    const rows = one.rows.map(([name, value]) => make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value)));
    return make("table", { class: one.state }, make("tbody", {}, ...rows));
  }
  if (one.kind === "svg") {
    return make("section", { "data-number": one.number }, make("h2", {}, one.heading), make("div", { class: "figure", tabindex: "0", role: "group", "aria-label": one.heading }));
  }
  if (one.kind === "steps") return steps(one);
  if (one.kind === "note") return make("p", { class: "none" }, one.text);
  const words = make("pre", { class: `${one.kind} ${one.kind === "error" ? "bad" : one.state}`, tabindex: "0" }, one.text);
  if (one.kind === "error" || one.kind === "verdict") words.setAttribute("role", "status");
  if (view.dataset.view === "puzzle" && !one.text.includes("\n")) words.classList.add("wrap");
  return words;
}

function place(number, figure) {
  const box = $(`.answer [data-number="${number}"] .figure`, view);
  if (!box) return;
  if (figure.text !== undefined) return box.replaceWith(make("p", { class: "none" }, figure.text));
  box.innerHTML = figure.svg; // made by the library, which escapes every text in it
  const cells = new Map();
  for (const cell of all("[data-k]", box)) {
    cells.has(cell.dataset.k) || cells.set(cell.dataset.k, []);
    cells.get(cell.dataset.k).push(cell);
  }
  const mark = (name, on) => (event) => (cells.get(event.target.dataset?.k) || []).forEach((cell) => cell.classList.toggle(name, on));
  box.addEventListener("mouseover", mark("on", true));
  box.addEventListener("mouseout", mark("on", false));
  for (const key of lit.cells) (cells.get(key) || []).forEach((cell) => cell.classList.add("lit"));
}

function steps({ steps: list, end, state: good }) {
  const field = $("[name=step]", view);
  const count = list.length + 1;
  const words = make("pre", { class: "wrap", "aria-live": "polite" });
  const back = make("button", { type: "button" }, "← Back");
  const on = make("button", { type: "button" }, "Next →");
  const whole = make("button", { type: "button" }, "All");
  const where = make("span", {});
  const go = (number) => {
    field.value = number;
    const shown = number > list.length ? [...list, end] : list.slice(0, number);
    words.textContent = shown.join("\n\n");
    words.className = `wrap ${number > list.length ? good : ""}`;
    where.textContent = `${Math.min(number, count)} of ${count}`;
    back.disabled = number <= 1;
    on.disabled = number >= count;
    history.replaceState(null, "", state());
  };
  const now = () => Math.min(Math.max(Number(field.value) || 1, 1), count);
  back.onclick = () => go(now() - 1);
  on.onclick = () => go(now() + 1);
  whole.onclick = () => go(count);
  go(now());
  return make("div", {}, make("p", { class: "turns" }, back, on, whole, where), words);
}

function showBits(dims) {
  const focus = document.activeElement?.dataset?.place;
  const write = (changed) => {
    $("[name=bits]", view).value = dims.map((dim) => `${dim.name}:${dim.bits.join("")}`).join(" ");
    ask();
  };
  $("#bits").replaceChildren(...dims.map((dim) => {
    const buttons = dim.bits.map((bit, k) => {
      const button = make("button", { type: "button", "data-bit": bit, "data-place": `${dim.name}${k}`, "aria-label": `bit ${k} of ${dim.name}: ${bit === "*" ? "any" : bit}` }, make("small", {}, `bit ${k}`), bit === "*" ? "any" : bit);
      button.onclick = () => {
        dim.bits[k] = { 0: "1", 1: "*", "*": "0" }[bit];
        write();
      };
      return button;
    }).reverse();
    return make("div", {}, make("span", {}, dim.name), ...buttons);
  }));
  if (focus) $(`#bits [data-place="${focus}"]`)?.focus();
}

function showPuzzle() {
  const puzzle = known?.puzzles.find((one) => one.id === $("[name=puzzle]").value);
  if (!puzzle) return;
  const task = $("#task");
  if (task.textContent !== puzzle.task) all(".hint", view).forEach((one) => (one.open = false));
  task.textContent = puzzle.task;
  $("#hint").textContent = puzzle.hint;
  $("#solution").textContent = puzzle.solution;
}

function build() {
  $("[name=puzzle]").replaceChildren(...known.puzzles.map((one, k) => make("option", { value: one.id }, `${k + 1}. ${one.title}`)));
  for (const form of views) {
    const box = $(".examples", form);
    for (const example of known.examples[form.dataset.view] || []) {
      const button = make("button", { type: "button" }, example.label);
      button.onclick = () => {
        fill(form, example.fields);
        ask();
      };
      box.append(button);
    }
  }
}

// What was loaded is kept, so that offline.js can open the page without a network.
async function keep(files) {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("offline.js");
    const kept = await caches.open("layouts-playground");
    const own = [location.href.split("#")[0], ...performance.getEntriesByType("resource").map((one) => one.name), ...files];
    for (const file of new Set(own)) if (file.startsWith("http") && !(await kept.match(file))) await kept.add(file);
    document.body.dataset.kept = "yes";
  } catch {
    document.body.dataset.kept = "no"; // a private window, or no room: the page works all the same
  }
}

// -- events ----------------------------------------------------------------------------------------------------------

for (const form of views) {
  form.addEventListener("submit", (event) => (event.preventDefault(), ask()));
  form.addEventListener("input", (event) => {
    const name = event.target.name;
    if (form.dataset.view === "threads" && name !== "bits") $("[name=bits]", form).value = "";
    if (form.dataset.view === "steps") $("[name=step]", form).value = "";
    if (name === "puzzle") $("[name=answer]", form).value = "";
    clearTimeout(typing);
    typing = setTimeout(ask, 120);
  });
  const tab = $(`#tab-${form.dataset.view}`);
  tab.onclick = () => open(form);
}
$("[role=tablist]").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = views[(views.indexOf(view) + step + views.length) % views.length];
  open(next);
  $(`#tab-${next.dataset.view}`).focus();
});
$("#copy").onclick = async () => {
  await navigator.clipboard?.writeText(location.href).catch(() => null);
  $("#copy").textContent = "Copied; the address of this page is the link";
};
addEventListener("hashchange", () => location.hash !== state() && restore());
start();
