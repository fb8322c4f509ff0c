// Takes pictures of every screen of the built page, looks for barriers (WCAG 2.2 A and AA, by axe) and runs it under the real content security policy, against the played center.
// Usage: npm run build && npm run screenshots -- <folder> [width height [light|dark [calls]]]; with `calls` only those.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { build, preview } from "vite";
import { callPictures, phonePictures } from "./call-pictures.mjs";

const [folder = "test-results/screens", width = "1280", height = "720", scheme = "light", only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const shown = (outDir) => preview({ configFile: "dev/vite.config.ts", build: { outDir }, preview: { host: "127.0.0.1", port: 0 }, logLevel: "silent" });
let server = await shown("dist");
let address = `http://127.0.0.1:${server.httpServer.address().port}`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--allow-loopback-in-peer-connection", "--autoplay-policy=no-user-gesture-required"],
});
const faults = [];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function pageOf(user) {
  const context = await browser.newContext({ viewport: { width: Number(width), height: Number(height) }, colorScheme: scheme });
  const page = await context.newPage();
  page.on("console", (message) => {
    // Expected: nobody is signed in at first, and the mail's tracking picture is held back by the policy.
    if (/401 \(Unauthorized\)|tracker\.example\/pixel/.test(message.text())) return;
    if (message.type() === "error" || message.type() === "warning") faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`page: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith("about:") && !request.url().startsWith("data:")) faults.push(`asked elsewhere: ${request.url()}`);
  });
  await page.goto(address);
  if (user !== undefined) {
    await page.getByLabel("Name").fill(user);
    await page.getByLabel("Password", { exact: true }).fill("harbor");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.locator(".top-bar").waitFor();
  }
  return page;
}

async function play(...scenes) {
  for (const scene of scenes) await fetch(`${address}/dev/play?scene=${scene}`, { method: "POST" });
}

async function picture(page, name) {
  await page.waitForTimeout(450);
  const clipped = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  if (clipped) faults.push(`${name}: wider than the window`);
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], iframes: false }));
  for (const one of found.violations) faults.push(`${name}: ${one.id}: ${one.nodes.map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).slice(0, 3).join(" | ")}`);
  await page.screenshot({ path: `${folder}/${name}-${width}-${scheme}.png` });
}

async function allPictures() {
  const first = await pageOf();
  await picture(first, "01-sign-in");
  const page = await pageOf("ann");
  await play("clear");
  await picture(page, "02-empty");
  await play("kept");
  await page.locator(".empty-head .kept-away").waitFor();
  await picture(page, "02b-kept-free");
  await play("clear");
  await page.locator(".kept-away").waitFor({ state: "detached" });
  await play("call");
  await picture(page, "03-offer-call");
  await play("clear", "talk", "chat-offer");
  await picture(page, "04-talk");
  await play("clear", "wrap");
  await picture(page, "05-wrap");
  await play("clear", "timed-wrap");
  await picture(page, "05b-wrap-timed");
  await page.getByRole("button", { name: "+20 s" }).click();
  await play("clear", "optional-wrap");
  await picture(page, "05c-wrap-optional");
  await play("clear", "forced");
  await picture(page, "05d-set-by-and-over");
  await page.getByRole("button", { name: /^Take from Mail/ }).click();
  await page.locator(".line-table").waitFor();
  await picture(page, "05e-take");
  await page.keyboard.press("Escape");
  await play("clear", "chat", "mail", "task", "typing", "filled");
  await page.locator(".left-rail .kept-away").waitFor();
  await page.locator(".work-row", { hasText: "child seat" }).first().click();
  await picture(page, "06-chat");
  await page.locator(".work-row").filter({ has: page.getByLabel("E-mail") }).click();
  await page.getByText("Show earlier text").click();
  await picture(page, "07-mail");
  await page.getByText("Show as it was formatted").click();
  await picture(page, "08-mail-formatted");
  await page.locator(".mail-composer textarea").fill("Dear Maria,\n\nrack B.");
  await page.getByRole("button", { name: /^Send Ctrl/ }).click();
  await page.locator(".send-state", { hasText: /^Sent$/ }).waitFor();
  const hidden = await page.locator(".mail-thread").evaluate((box) => box.querySelector(".send-state").getBoundingClientRect().bottom > box.getBoundingClientRect().bottom);
  if (hidden) faults.push("what was sent is out of sight");
  await page.locator(".work-row").filter({ has: page.getByLabel("Task") }).click();
  await play("trouble");
  await picture(page, "09-task-trouble");
  await page.keyboard.press("Alt+Shift+KeyT");
  await picture(page, "10-make-task");
  await page.keyboard.press("Escape");
  await play("in-hand");
  await page.locator(".presence-button").click();
  await picture(page, "11-presence");
  await page.getByRole("menuitem", { name: "Break after this" }).click();
  await page.locator(".planned").waitFor();
  await picture(page, "11b-planned");
  await page.locator("body").press("?");
  await picture(page, "12-keys");
  await page.keyboard.press("Escape");
  const sam = await pageOf("sam");
  await sam.locator(".board .troubles").waitFor();
  await picture(sam, "13-board");
  await sam.getByRole("button", { name: "Steer Dmitri Ivanov" }).click();
  await picture(sam, "13b-steer-agent");
  await sam.keyboard.press("Escape");
  await sam.getByRole("button", { name: "Mail to the shop" }).click();
  await sam.locator(".line-table").waitFor();
  await picture(sam, "13c-line");
  await sam.getByRole("button", { name: "Steer: Tom Nguyen" }).press("Enter");
  await sam.getByRole("menuitem", { name: "Give to" }).press("ArrowRight");
  await sam.getByRole("menuitem", { name: /Grace Kim/ }).waitFor();
  await picture(sam, "13d-steer-work");
  for (let open = 2; open > 0 && (await sam.getByRole("menuitem").count()) > 0; open--) {
    await sam.keyboard.press("Escape");
    await sam.waitForTimeout(400);
  }
  await sam.getByRole("button", { name: "Steer: Tom Nguyen" }).press("Enter");
  await sam.getByRole("menuitem", { name: "Why not …?" }).press("Enter");
  await sam.getByText("Offered before").waitFor();
  await picture(sam, "13e-why");
  await sam.getByRole("combobox", { name: "Why not" }).fill("Dm");
  await sam.getByRole("option", { name: "Dmitri Ivanov" }).click();
  await sam.locator(".why-one", { hasText: "declined it a moment ago" }).waitFor();
  await picture(sam, "13f-why-not-one");
  await sam.keyboard.press("Escape");
  await sam.locator(".why").waitFor({ state: "detached" });
  await sam.locator(".line-table").waitFor();
  await sam.goto(`${address}/wallboard`);
  await sam.locator(".tile").first().waitFor();
  await picture(sam, "14-wall");
}

/** The soft phone needs a switch; the page is built once more with one that is played. */
async function withPlayedSwitch(work) {
  const outDir = mkdtempSync(join(tmpdir(), "switchroom-phone-"));
  try {
    await build({ resolve: { alias: { jssip: new URL("played-jssip.ts", import.meta.url).pathname } }, build: { outDir, emptyOutDir: true }, logLevel: "silent" });
    for (const context of browser.contexts()) await context.close();
    await server.close();
    server = await shown(outDir);
    address = `http://127.0.0.1:${server.httpServer.address().port}`;
    await work();
  } finally {
    rmSync(outDir, { recursive: true });
  }
}

try {
  if (only !== "calls") await allPictures();
  const ann = await pageOf("ann");
  await play("clear");
  await callPictures(ann, play, picture);
  await withPlayedSwitch(async () => {
    const page = await pageOf("ann");
    await play("clear", "softphone");
    await phonePictures(page, play, picture);
  });
} finally {
  await browser.close();
  await server.close();
}
for (const fault of new Set(faults)) console.log(fault);
process.exit(faults.length === 0 ? 0 : 1);
