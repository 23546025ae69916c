// The Python side of the page: loads Pyodide and the library, and passes texts on. The page stays responsive.
const RUNTIME = "https://cdn.jsdelivr.net/pyodide/v314.0.7/full/"; // or a copy beside this page, see build.py
const HAS_NUMPY = RUNTIME.startsWith("https:"); // the npm package of Pyodide is without it

let python, page, latest = 0, missing = !HAS_NUMPY;

async function load() {
  const { loadPyodide } = await import(new URL("pyodide.mjs", new URL(RUNTIME, self.location.href)).href);
  const [found, zip] = await Promise.all([
    loadPyodide({ indexURL: new URL(RUNTIME, self.location.href).href }),
    fetch("layouts.zip").then((reply) => {
      if (!reply.ok) throw new Error(`layouts.zip: ${reply.status}`);
      return reply.arrayBuffer();
    }),
  ]);
  python = found;
  python.unpackArchive(zip, "zip", { extractDir: "/lib/playground" });
  python.runPython("import sys; sys.path.insert(0, '/lib/playground')");
  page = python.pyimport("page");
  const files = performance.getEntriesByType("resource").map((one) => one.name);
  const ready = JSON.parse(page.start());
  cold = Object.entries(ready.examples).flatMap(([view, list]) => list.map((one) => ({ view, fields: one.fields })));
  postMessage({ ready, python: python.runPython("sys.version.split()[0]"), files });
  setTimeout(warm, 200);
}

const pause = () => new Promise((go) => setTimeout(go, 0));

// The words first, then one figure after the other; a newer question ends the work on an older one.
async function reply({ id, view, fields, width }) {
  const begun = performance.now();
  let answer = JSON.parse(page.answer(view, fields));
  if (answer.needs && !missing) {
    try {
      await python.loadPackage(answer.needs);
      answer = JSON.parse(page.answer(view, fields));
    } catch {
      missing = true;
    }
  }
  if (answer.needs) answer.parts.push({ kind: "note", text: `${answer.needs} is not loaded here; the command line has it.` });
  postMessage({ id, answer, took: performance.now() - begun });
  for (const part of answer.parts.filter((one) => one.kind === "svg")) {
    await pause();
    if (id !== latest) return;
    postMessage({ id, number: part.number, figure: JSON.parse(page.picture(part.number, width)) });
  }
  postMessage({ id, done: performance.now() - begun });
}

// While nobody asks, each example is answered once, so that what it needs of the library is there.
let cold = [], turn = load().catch((error) => postMessage({ broken: String(error.message || error) }));
const warm = () => (turn = turn.then(() => {
  const next = cold.shift();
  if (!next || !page) return;
  page.answer(next.view, JSON.stringify(next.fields));
  setTimeout(warm, 20);
}));
self.onmessage = ({ data }) => {
  latest = data.id;
  turn = turn.then(() => (data.id === latest && page ? reply(data) : null))
    .catch((error) => postMessage({ id: data.id, fault: String(error.message || error).trim().split("\n").pop() }));
};
