// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { KEYS, keyOf, keysFor, type KeyName } from "../src/keys";

const NAMES = Object.keys(KEYS) as KeyName[];

function press(init: KeyboardEventInit, target: Element = document.body): KeyName | undefined {
  const event = new KeyboardEvent("keydown", { bubbles: true, ...init });
  let found: KeyName | undefined;
  const listen = (heard: Event) => {
    found = keyOf(heard as KeyboardEvent, NAMES);
  };
  document.body.append(target === document.body ? "" : target);
  window.addEventListener("keydown", listen);
  target.dispatchEvent(event);
  window.removeEventListener("keydown", listen);
  return found;
}

describe("the keys", () => {
  it("go by the place on the keyboard, whatever the layout writes there", () => {
    expect(press({ altKey: true, code: "KeyA", key: "å" })).toBe("accept");
    expect(press({ altKey: true, shiftKey: true, code: "KeyX", key: "X" })).toBe("hangUp");
    expect(press({ altKey: true, code: "KeyX", key: "x" })).toBeUndefined();
    expect(press({ altKey: true, code: "KeyT", key: "t" })).toBe("transfer");
    expect(press({ altKey: true, shiftKey: true, code: "KeyT", key: "T" })).toBe("task");
  });

  it("leave single letters and figures alone while somebody writes", () => {
    const field = document.createElement("textarea");
    expect(press({ code: "Digit3", key: "3" }, field)).toBeUndefined();
    expect(press({ key: "?", shiftKey: true, code: "Slash" }, field)).toBeUndefined();
    expect(press({ code: "Digit3", key: "3" })).toBe("disposition");
    expect(press({ key: "?", shiftKey: true, code: "Slash" })).toBe("help");
  });

  it("pass an open dialog only where they cannot wait", () => {
    const event = (code: string) => new KeyboardEvent("keydown", { altKey: true, code });
    expect(keyOf(event("KeyA"), NAMES, true)).toBe("accept");
    expect(keyOf(event("KeyJ"), NAMES, true)).toBeUndefined();
    expect(keyOf(event("KeyJ"), NAMES, false)).toBe("next");
  });

  it("take none of the browser's own Ctrl letters", () => {
    for (const code of ["KeyW", "KeyT", "KeyN", "KeyR", "KeyL"]) expect(press({ ctrlKey: true, code })).toBeUndefined();
  });

  it("tell sending from sending and finishing", () => {
    expect(press({ ctrlKey: true, key: "Enter" })).toBe("done");
    expect(press({ ctrlKey: true, shiftKey: true, key: "Enter" })).toBe("sendAndEnd");
  });

  it("show no key of a medium that the center does not have", () => {
    const shown = (media: Parameters<typeof keysFor>[0]) => keysFor(media).map((row) => row.shown);
    expect(shown(["voice"])).toContain("Alt+M");
    expect(shown(["voice"])).not.toContain("Alt+Shift+T");
    expect(shown(["task"])).not.toContain("Alt+T");
    expect(shown(["mail"])).not.toContain("Alt+M");
    expect(keysFor(["voice", "chat", "mail", "task"])).toHaveLength(Object.keys(KEYS).length);
  });
});
