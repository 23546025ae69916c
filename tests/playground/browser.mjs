// Drives the playground in a real Chromium and prints what it saw as JSON: node browser.mjs PLAYWRIGHT CHROMIUM URL JOBS
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [playwright, executablePath, url, jobsFile] = process.argv.slice(2);
const { chromium } = createRequire(playwright + "/")("playwright-core");
const jobs = JSON.parse(readFileSync(jobsFile, "utf-8"));
const seen = { console: [], answers: [], shots: [] };
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

const context = await browser.newContext({ viewport: { width: 1100, height: 900 } });
const page = await context.newPage();
page.on("console", (message) => ["error", "warning"].includes(message.type()) && seen.console.push(message.text()));
page.on("pageerror", (error) => seen.console.push(String(error)));
page.setDefaultTimeout(60000);

const settled = (page) => page.waitForFunction(() => document.body.dataset.busy === "" && document.body.dataset.ready);
const shown = (page) => page.evaluate(() => {
  const view = document.querySelector("form:not([hidden])");
  const texts = (selector) => [...view.querySelectorAll(selector)].map((one) => one.textContent);
  return {
    words: texts(".answer pre"), facts: [...view.querySelectorAll(".answer tr")].map((row) => [...row.children].map((cell) => cell.textContent)),
    figures: [...view.querySelectorAll(".answer svg")].map((svg) => svg.outerHTML.length),
    alts: texts(".answer svg > desc"), cells: [...view.querySelectorAll(".answer svg")].map((svg) => [...svg.querySelectorAll("text")].map((one) => one.textContent)),
    width: Number(document.body.dataset.width), notes: texts(".answer p.none"), lit: view.querySelectorAll(".k.lit").length,
    took: Number(document.body.dataset.took), all: Number(document.body.dataset.done),
    wide: document.documentElement.scrollWidth - innerWidth, hash: location.hash,
  };
});

// Types the texts of a job into the fields, as a user does; what the job leaves out is emptied first.
async function enter(page, given) {
  const form = page.locator("form:not([hidden])");
  await form.evaluate((all, kept) => {
    for (const one of all.elements) if (one.name && one.tagName !== "SELECT" && !(one.name in kept)) one.value = "";
    for (const part of all.querySelectorAll("details:not(.hint)")) part.open = [...part.querySelectorAll("[name]")].some((one) => one.name in kept);
  }, given);
  for (const [name, value] of Object.entries(given)) {
    const field = form.locator(`[name="${name}"]`);
    const kind = await field.evaluate((one) => (one.tagName === "SELECT" ? "select" : one.type));
    if (kind === "select") await field.selectOption(value);
    else if (kind === "range") await field.evaluate((one, to) => { one.value = to; one.dispatchEvent(new Event("input", { bubbles: true })); }, value);
    else await field.fill(value);
  }
  await form.evaluate((all) => all.requestSubmit());
}

const begun = performance.now();
await page.goto(url);
await page.waitForFunction(() => document.body.dataset.ready || document.querySelector("#status").textContent.includes("could not"));
seen.status = await page.textContent("#status");
seen.load = performance.now() - begun;
await settled(page);
seen.first = performance.now() - begun;

for (const job of jobs.jobs) {
  await page.click(`#tab-${job.view}`);
  await settled(page);
  const began = performance.now();
  await enter(page, job.fields);
  await settled(page);
  seen.answers.push({ ...(await shown(page)), seen: performance.now() - began });
  if (job.shot) await page.screenshot({ path: job.shot, fullPage: true }), seen.shots.push(job.shot);
}

// A link gives the state back, in a page of its own; keys reach everything; without a network the page still works.
await page.click("#tab-threads");
await settled(page);
await page.keyboard.press("ArrowRight");
seen.tab = await page.evaluate(() => [document.activeElement.id, document.activeElement.getAttribute("aria-selected")]);
await page.keyboard.press("ArrowLeft");
await settled(page);
seen.unlit = await shown(page);
await page.focus("#bits [data-place=lane1], #bits [data-place=thread1]");
await page.keyboard.press("Enter");
await settled(page);
await page.waitForTimeout(50);
seen.lit = await shown(page);
seen.focus = await page.evaluate(() => document.activeElement.dataset.place || "");
if (jobs.lit_shot) await page.screenshot({ path: jobs.lit_shot, fullPage: true });
await page.waitForFunction(() => document.body.dataset.kept);
seen.kept = await page.evaluate(() => document.body.dataset.kept);
const link = await page.evaluate(() => location.href);
await context.setOffline(true);
await page.click("#tab-read");
await page.fill("#view-read [name=text]", "(3,5):(5,1)");
await page.waitForTimeout(200);
await settled(page);
seen.offline = await shown(page);
const again = performance.now();
await page.goto("about:blank");
await page.goto(link);
await settled(page);
seen.link = { ...(await shown(page)), seen: performance.now() - again };

// A phone at night: the same page, narrow and dark.
await context.setOffline(false);
await page.setViewportSize({ width: 420, height: 800 });
await page.emulateMedia({ colorScheme: "dark" });
seen.phone = [];
for (const { hash, shot } of jobs.phone) {
  await page.evaluate((to) => { location.hash = to; }, hash);
  await page.waitForTimeout(60);
  await settled(page);
  seen.phone.push({ ...(await shown(page)), paper: await page.evaluate(() => getComputedStyle(document.body).backgroundColor) });
  if (shot) await page.screenshot({ path: shot, fullPage: true });
}
await browser.close();
console.log(JSON.stringify(seen));
