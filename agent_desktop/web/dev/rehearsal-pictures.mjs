// Takes the pictures of docs/screens/ from a real rehearsal center, which it starts, works in like an agent, and stops.
// Usage, both web parts being built: npm run pictures -- [folder]; PYTHON names the interpreter, CHROMIUM the browser.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";

const root = resolve(import.meta.dirname, "../../..");
const folder = resolve(process.argv[2] ?? join(root, "docs/screens"));
const MARIA = ["100", "+442079460101", "Maria Lopez"];
const NORMAL = { width: 1280, height: 720 };
const SHOP = { width: 1120, height: 680 };
const LARGE = { width: 1440, height: 900 };
const WAIT_MS = 90_000;
mkdirSync(folder, { recursive: true });

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts a center on an empty folder; gives where it is, everyone's password, and the port that moves callers. */
async function startCenter() {
  const data = mkdtempSync(join(tmpdir(), "switchroom-pictures-"));
  const [port, shop] = [await freePort(), await freePort()];
  const center = spawn(process.env.PYTHON ?? join(root, ".venv/bin/python"), ["-m", "config", "serve", "--rehearsal", "--data", data, "--port", port, "--shop-port", shop].map(String), {
    cwd: root,
    env: { ...process.env, PYTHONPATH: root, PYTHONUNBUFFERED: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  center.stdout.on("data", (piece) => (said += piece));
  for (const end = Date.now() + WAIT_MS; !said.includes("Ctrl-C stops it"); await pause(100)) {
    if (center.exitCode !== null || Date.now() > end) throw new Error(`the center did not start:\n${said}`);
  }
  const passwords = Object.fromEntries([...said.matchAll(/^ {4}(\w+)\s+(\S+)$/gm)].map((found) => [found[1], found[2]]));
  const stop = async () => {
    center.kill("SIGINT");
    await new Promise((done) => (center.exitCode === null ? center.once("exit", done) : done()));
    rmSync(data, { recursive: true, force: true });
  };
  return { base: `http://127.0.0.1:${port}`, shop: `http://localhost:${shop}`, control: Number(/control 127\.0\.0\.1:(\d+)/.exec(said)[1]), passwords, stop };
}

/** Asks the rehearsal switch for something, as the rehearsal customers do. */
async function wish(port, name, ...words) {
  const link = connect(port, "127.0.0.1");
  link.write(`${JSON.stringify({ id: 1, do: name, with: words })}\n`);
  const answer = JSON.parse(String(await new Promise((done) => link.once("data", done))));
  link.end();
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.ok;
}

async function pageAt(browser, address, viewport, extra = {}) {
  const page = await (await browser.newContext({ viewport, colorScheme: "light", locale: "en-GB", ...extra })).newPage();
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(address);
  return page;
}

async function signIn(page, user, password, button) {
  await page.getByLabel("Name").fill(user);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.locator(".top-bar").waitFor();
}

async function shoot(page, name) {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(700);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Takes the offer that `wanted` finds; declines others, and comes back after one that was missed. */
async function take(page, wanted) {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await pause(200)) {
    const offers = page.locator(".offer");
    const mine = wanted(offers).first();
    const press = async (button) => (await button.count()) > 0 && (await button.click({ timeout: 2_000 }).then(() => true, () => false));
    if ((await mine.count()) > 0) {
      if (await press(mine.getByRole("button", { name: /^(Answer|Accept)/ }))) return;
    } else if (!(await press(offers.first().getByRole("button", { name: "Decline" })))) {
      await press(page.getByRole("button", { name: /^I'm back/ }).first());
    }
  }
  throw new Error("the offer did not come");
}

async function wrapUp(page, disposition, note) {
  await page.locator(".wrap-bar").waitFor();
  if (note !== "") await page.locator(".wrap-bar textarea").fill(note);
  await page.locator(".wrap-bar").getByRole("button", { name: disposition }).click();
  await page.getByRole("button", { name: /^Done/ }).click();
  await page.locator(".wrap-bar").waitFor({ state: "detached" });
}

const ofMaria = (medium) => (offers) => offers.filter({ hasText: "Maria Lopez" }).and(offers.page().locator(`.offer[data-medium="${medium}"]`));

async function firstCall(ann) {
  await take(ann, ofMaria("voice"));
  await ann.getByText("Talking", { exact: true }).waitFor();
  await ann.getByRole("button", { name: /^Hang up/ }).click();
  await wrapUp(ann, /Call back later/, "Wants a Quay 3 in blue, size M. Ask the workshop when it is ready.");
}

async function chat(ann, shop) {
  await shop.waitForTimeout(1_500);
  await shop.mouse.click(SHOP.width - 48, SHOP.height - 48);
  const frame = shop.frameLocator("iframe");
  const line = frame.locator("textarea, input[type=text]").first();
  const say = async (words) => {
    await line.fill(words);
    await line.press("Enter");
  };
  const write = ann.getByPlaceholder(/Write to Maria/);
  const answer = async (words) => {
    await write.fill(words);
    await write.press("Enter");
    await frame.getByText(words).waitFor();
  };
  await say("Hello, is the blue Quay 3 ready?");
  await take(ann, ofMaria("chat"));
  await answer("Hello Maria! It came in this morning and is being put together.");
  await say("Wonderful. Can I fetch it on Friday?");
  await ann.getByRole("log").getByText("Can I fetch it on Friday?").waitFor();
  await answer("Yes, from 14:00 on. We keep it at the workshop for you.");
  await say("Perfect, see you then!");
  await ann.getByRole("log").getByText("Perfect, see you then!").waitFor();
  await shoot(shop, "widget");
  await shoot(ann, "chat");
  await ann.getByRole("button", { name: "End chat" }).click();
  await wrapUp(ann, /Solved/, "Fetches the blue Quay 3 on Friday from 14:00 on.");
}

async function mail(ann) {
  await take(ann, () => ann.locator('.offer[data-medium="mail"]'));
  await ann.locator("main").getByLabel(/^Reply by e-mail/).fill("Hello,\n\nthank you for writing. Let me look into this for you; I have just asked the workshop and");
  await ann.getByText("Draft kept").waitFor();
  await shoot(ann, "mail");
}

async function lastCall(ann, sam, control) {
  await wish(control, "caller_calls", ...MARIA);
  await take(ann, ofMaria("voice"));
  await ann.getByText("Talking", { exact: true }).waitFor();
  await ann.keyboard.press("Alt+KeyN");
  await ann.keyboard.type("Comes on Friday at 15:00 instead, with her old Quay 2 in part exchange.");
  await ann.waitForTimeout(4_000);
  await shoot(ann, "desk");
  await ann.emulateMedia({ colorScheme: "dark" });
  await shoot(ann, "desk-dark");
  await shoot(sam, "wallboard");
}

const center = await startCenter();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"] });
try {
  const ann = await pageAt(browser, center.base, LARGE);
  await ann.setViewportSize(NORMAL);
  await shoot(ann, "sign-in");
  await ann.setViewportSize(LARGE);
  await signIn(ann, "ann", center.passwords.ann, "Sign in and get ready");
  await firstCall(ann);
  const shop = await pageAt(browser, center.shop, SHOP);
  await chat(ann, shop);
  await mail(ann);
  const [ben, carla] = [await pageAt(browser, center.base, NORMAL), await pageAt(browser, center.base, NORMAL)];
  await signIn(ben, "ben", center.passwords.ben, "Sign in and get ready");
  await take(ben, (offers) => offers);
  await signIn(carla, "carla", center.passwords.carla, "Sign in");
  await carla.keyboard.press("Alt+KeyB");
  const sam = await pageAt(browser, center.base, LARGE);
  await signIn(sam, "sam", center.passwords.sam, "Sign in");
  await lastCall(ann, sam, center.control);
} finally {
  await browser.close();
  await center.stop();
}
