/** The keypad of a call in hand. What was keyed may be a card's number: it is masked soon, kept nowhere and never logged. */

import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { usePhone } from "../../phone/controls";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
const LETTERS: Record<string, string> = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ", "*": "star", "#": "hash" };
const MASKED_AFTER_MS = 3_000;
const SHOWN_MAX = 24;

/** Dots for what was keyed before, then what was keyed just now. */
export function keyedWords(masked: number, fresh: string): string {
  return ("•".repeat(masked) + fresh).slice(-SHOWN_MAX);
}

export function Keypad({ onClose }: { onClose: () => void }) {
  const phone = usePhone();
  const [fresh, setFresh] = useState("");
  const [masked, setMasked] = useState(0);
  const pad = useRef<HTMLDivElement>(null);
  useEffect(() => pad.current?.focus(), []);
  useEffect(() => {
    if (fresh === "") return undefined;
    const timer = setTimeout(() => {
      setMasked((count) => count + fresh.length);
      setFresh("");
    }, MASKED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [fresh]);
  const press = (digit: string) => {
    if (!phone.canDial) return;
    phone.sendDigit(digit);
    setFresh((before) => before + digit);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const digit = KEYS.find((one) => one === event.key);
    if (digit === undefined && event.key !== "Escape") return;
    event.preventDefault();
    if (digit === undefined) onClose();
    else press(digit);
  };
  return (
    <div className="keypad" role="group" aria-label="Keypad" tabIndex={-1} ref={pad} onKeyDown={onKeyDown}>
      <p className="keyed tabular" aria-hidden="true">
        {keyedWords(masked, fresh) || <span className="muted">Keyed tones go to the other side</span>}
      </p>
      <div className="keypad-keys">
        {KEYS.map((digit) => (
          <button key={digit} type="button" disabled={!phone.canDial} onClick={() => press(digit)}>
            <b>{digit}</b>
            <span aria-hidden={/\d/.test(digit)}>{LETTERS[digit] ?? ""}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
