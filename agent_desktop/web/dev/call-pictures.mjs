// The pictures of calls: every state of a call in hand, and whom one is asked about. `page` is at Ann's desk.
export async function callPictures(page, play, picture) {
  const scenes = ["held", "asking", "consult", "swapped", "conference", "not-reached", "lost", "unsettled"];
  for (const scene of scenes) {
    await play("clear", scene);
    await page.locator(".call-keys").waitFor();
    await picture(page, `20-call-${scene}`);
  }
  await play("clear");
}
