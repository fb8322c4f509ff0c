/** The internal note of a handling, saved while it is typed. It looks and is named unlike anything a customer may read. */

import { Textarea } from "@mantine/core";
import type { KeyboardEvent, ReactNode, RefObject } from "react";
import { useDraft } from "../../app-context";
import { NOTE_MAX } from "../../protocol.gen";

interface Props {
  readonly handling: string;
  readonly fieldRef: RefObject<HTMLTextAreaElement | null>;
  readonly rows: number;
  readonly hint?: ReactNode;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

export function NoteField({ handling, fieldRef, rows, hint, onKeyDown }: Props) {
  const [text, write] = useDraft(handling, "note");
  return (
    <Textarea
      ref={fieldRef}
      classNames={{ root: "note-field", input: "note-input" }}
      label={<>Internal note {hint}</>}
      placeholder="Only your team reads this. It is saved as you type."
      value={text}
      maxLength={NOTE_MAX}
      autosize
      minRows={rows}
      maxRows={12}
      onChange={(event) => write(event.currentTarget.value)}
      {...(onKeyDown === undefined ? {} : { onKeyDown })}
    />
  );
}
