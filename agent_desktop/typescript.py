"""Writes the TypeScript types of the protocol: `python -m agent_desktop.typescript [FILE]`.

What the server sends always has all its fields; in a request a field with a default may be left out.
"""

import sys
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect

from agent_desktop.core import protocol
from agent_desktop.core.parts import AnyPart
from agent_desktop.explanations import Why

FILE = Path(__file__).parent / "web" / "src" / "protocol.gen.ts"

_HEADER = """\
// Made by `python -m agent_desktop.typescript` from agent_desktop/core/protocol.py and parts.py; a test fails when it
// is stale. Do not edit.
"""

_CONSTANTS = (
    "PROTOCOL_VERSION",
    "HEARTBEAT_MS",
    "SILENCE_MAX_MS",
    "LINE_MAX",
    "MAIL_TEXT_MAX",
    "NOTE_MAX",
    "TASK_FIELDS_MAX",
    "DESK_VIEW",
    "WALLBOARD_VIEW",
    "DIRECTORY_VIEW",
    "CONVERSATION_VIEW_PREFIX",
    "QUEUE_VIEW_PREFIX",
)

_PLAIN: dict[type[inspect.Type], str] = {
    inspect.StrType: "string",
    inspect.IntType: "number",
    inspect.FloatType: "number",
    inspect.BoolType: "boolean",
    inspect.NoneType: "null",
}


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


class _Emitter:
    """Collects each named type once, in the order in which it is first met."""

    def __init__(self) -> None:
        self._declared: dict[str, str] = {}

    def type_of(self, info: inspect.Type) -> str:
        plain = _PLAIN.get(type(info))
        if plain is not None:
            return plain
        match info:
            case inspect.Metadata():
                return self.type_of(info.type)
            case inspect.EnumType():
                return self._enum(info.cls)
            case inspect.StructType():
                return self._struct(info)
            case inspect.UnionType():
                return " | ".join(self.type_of(member) for member in info.types)
            case inspect.VarTupleType() | inspect.ListType():
                inner = self.type_of(info.item_type)
                return f"ReadonlyArray<{inner}>"
            case inspect.DictType():
                return f"Readonly<Record<string, {self.type_of(info.value_type)}>>"
            case _:
                raise TypeError(
                    f"The protocol uses {info!r}, for which agent_desktop/typescript.py knows no TypeScript."
                )

    def _enum(self, enum: type[Enum]) -> str:
        members = " | ".join(_text(member.value) for member in enum)
        self._declared.setdefault(enum.__name__, f"export type {enum.__name__} = {members};\n")
        return enum.__name__

    def _struct(self, info: inspect.StructType) -> str:
        name = info.cls.__name__
        if name in self._declared:
            return name
        lines = [f"  readonly type: {_text(info.tag)};"] if info.tag is not None else []
        for field in info.fields:
            optional = "?" if issubclass(info.cls, protocol.Request) and not field.required else ""
            lines.append(f"  readonly {field.encode_name}{optional}: {self.type_of(field.type)};")
        body = "\n".join(lines)
        self._declared[name] = f"{_comment(info.cls)}export interface {name} {{\n{body}\n}}\n"
        return name

    def union(self, name: str, union: Any) -> None:
        members = "\n  | ".join(self.type_of(inspect.type_info(member)) for member in get_args(union))
        self._declared[name] = f"export type {name} =\n  | {members};\n"

    def text(self) -> str:
        return "\n".join(self._declared.values())


def _comment(struct: type) -> str:
    words = struct.__dict__.get("__doc__")
    if not words:
        return ""
    lines = " ".join(words.split())
    return f"/** {lines} */\n"


def typescript() -> str:
    emitter = _Emitter()
    emitter.union("AnyRequest", protocol.AnyRequest)
    emitter.union("AnyPart", AnyPart)
    emitter.union("AnyMessage", protocol.AnyMessage)
    emitter.type_of(inspect.type_info(Why))
    constants = "".join(f"export const {name} = {_text(getattr(protocol, name))};\n" for name in _CONSTANTS)
    return f"{_HEADER}\n{constants}\n{emitter.text()}"


def main() -> None:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(typescript(), encoding="utf-8")


if __name__ == "__main__":
    main()
