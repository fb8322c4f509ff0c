"""The browser's types are those of the server."""

import re
from pathlib import Path
from typing import get_args

from agent_desktop.core import protocol
from agent_desktop.core.refusal_reasons import RefusalReason
from agent_desktop.core.words import tag_of
from agent_desktop.typescript import FILE, typescript
from history.core.vocabulary import OutcomeReason


def test_the_generated_file_is_not_stale() -> None:
    assert FILE.read_text(encoding="utf-8") == typescript(), "Run `python -m agent_desktop.typescript`."


def test_every_message_is_in_it_under_its_own_tag() -> None:
    text = typescript()
    tags = [tag_of(cls.__name__) for cls in (*get_args(protocol.AnyRequest), *get_args(protocol.AnyMessage))]
    assert len(set(tags)) == len(tags)
    for tag in tags:
        assert f'readonly type: "{tag}";' in text


def test_every_name_that_is_used_is_declared() -> None:
    text = typescript()
    declared = set(re.findall(r"^export (?:type|interface) (\w+)", text, re.MULTILINE))
    used = set(re.findall(r"readonly \w+\??: (?:ReadonlyArray<)?([A-Z]\w+)", text)) - {"ReadonlyArray", "Readonly"}
    assert used
    assert used <= declared


def test_a_refusal_can_say_all_that_the_router_says() -> None:
    assert {reason.value for reason in OutcomeReason} <= {reason.value for reason in RefusalReason}


def test_it_is_written_where_it_is_told(tmp_path: Path) -> None:
    import sys

    from agent_desktop import typescript as module

    target = tmp_path / "src" / "protocol.gen.ts"
    before = sys.argv
    sys.argv = ["typescript", str(target)]
    try:
        module.main()
    finally:
        sys.argv = before
    assert target.read_text(encoding="utf-8") == typescript()
