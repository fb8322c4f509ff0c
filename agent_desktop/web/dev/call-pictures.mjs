// The pictures of calls: every state of a call in hand, and whom one is asked about. `page` is at Ann's desk.
export async function callPictures(page, play, picture) {
  const scenes = ["held", "asking", "consult", "swapped", "conference", "not-reached", "lost", "unsettled"];
  for (const scene of scenes) {
    await play("clear", scene);
    await page.locator(".call-keys").waitFor();
    await picture(page, `20-call-${scene}`);
  }
  await play("clear");
  await page.locator(".call-keys").waitFor({ state: "detached" });
  await play("talk");
  await page.locator(".call-keys").waitFor();
  await page.keyboard.press("Alt+KeyT");
  await page.locator(".target").first().waitFor();
  await picture(page, "21-transfer");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Control+Enter");
  await page.locator(".targets-told", { hasText: "in a call" }).waitFor();
  await picture(page, "21b-transfer-not-possible");
  await page.keyboard.type("zoe");
  await page.locator(".target", { hasText: "Zoë" }).waitFor();
  await picture(page, "21c-transfer-search");
  await page.keyboard.press("Escape");
  await page.locator(".targets").waitFor({ state: "detached" });
  // By keys alone: ask Ben, swap, bring together, take him out, hand over to a queue.
  await page.keyboard.press("Alt+KeyT");
  await page.keyboard.type("ben");
  await page.locator(".target").first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".call-state", { hasText: "Asking Ben Okafor" }).waitFor();
  await page.locator(".party-words", { hasText: "talking with you" }).waitFor();
  await page.keyboard.press("Alt+KeyH");
  await page.locator(".call-state", { hasText: "Back with Maria" }).waitFor();
  await page.keyboard.press("Alt+KeyC");
  await page.locator(".call-state", { hasText: "Conference: you, Maria, Ben" }).waitFor();
  await page.getByRole("button", { name: "End Ben Okafor" }).click();
  await page.locator(".parties").waitFor({ state: "detached" });
  await page.keyboard.press("Alt+KeyT");
  await page.keyboard.type("workshop");
  await page.locator(".target").first().waitFor();
  await page.keyboard.press("Control+Enter");
  await page.locator(".wrap-bar").waitFor();
  await play("clear", "asked");
  await page.locator(".asked-line").waitFor();
  await picture(page, "22-asked");
  await page.keyboard.press("Alt+KeyA");
  await page.getByRole("button", { name: "Leave" }).waitFor();
  await play("asked-talking");
  await picture(page, "22b-asked-talking");
  await page.locator(".past-notes").evaluate((box) => (box.dataset.same = "yes"));
  await play("taken-over");
  await page.locator(".wrap-bar, .note-field").first().waitFor();
  if ((await page.locator(".past-notes[data-same=yes]").count()) !== 1) throw new Error("the pane was built anew when the call was handed over");
  await picture(page, "22c-taken-over");
  await play("clear", "handed-on");
  await page.locator(".asked-line", { hasText: "handed Maria over" }).waitFor();
  await picture(page, "22d-handed-on");
  await play("clear");
}

// The soft phone, with a played switch behind it.
export async function phonePictures(page, play, picture) {
  await page.locator(".phone-light[data-phone=good]").waitFor();
  await page.getByRole("button", { name: /^Menu of/ }).click();
  await page.getByRole("menuitem", { name: "Phone and sound" }).click();
  await page.getByRole("button", { name: "Check the phone" }).click();
  await page.getByText("are in order").waitFor();
  await page.waitForFunction(() => Number(document.querySelector(".mic-level").ariaValueNow) > 0);
  await picture(page, "23-phone-and-sound");
  await page.keyboard.press("Escape");
  await page.locator(".phone-form").waitFor({ state: "detached" });
  await play("soft-talk");
  await page.locator(".call-keys").waitFor();
  await page.evaluate(() => window.dispatchEvent(new Event("played-ring")));
  await page.locator(".line-quality").waitFor();
  await picture(page, "23b-soft-talk");
  await page.keyboard.press("Alt+KeyP");
  await page.keyboard.type("4711#");
  await picture(page, "23c-keypad");
  await page.locator(".keyed", { hasText: "•••••" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Alt+KeyM");
  await picture(page, "23d-muted");
  await page.keyboard.press("Alt+Shift+KeyX");
  await play("soft-clear");
  await page.locator(".call-keys").waitFor({ state: "detached" });
  await page.evaluate(() => (navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error("unplugged"))));
  await page.evaluate(() => navigator.mediaDevices.dispatchEvent(new Event("devicechange")));
  await page.locator(".phone-fault").waitFor();
  await picture(page, "23e-not-ready-phone");
  await page.keyboard.press("Alt+KeyR");
  await page.locator(".mantine-Notification-root", { hasText: "Microphone" }).first().waitFor();
  await page.getByRole("heading", { name: "Your phone does not work." }).waitFor();
  if ((await page.locator(".presence-button").getAttribute("data-presence")) === "ready") throw new Error("ready without a microphone");
}
