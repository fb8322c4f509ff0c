"""The page docs/configuration.md, drawn from the types and the options, so that it cannot say what is not so."""

import ast
import datetime
import inspect
import types
import typing
from enum import StrEnum
from typing import Any

import msgspec

from config import definition as d
from config import definition_blending as blending
from config import definition_dialling as dialling
from config import definition_hours as hours
from config import definition_leaving as leaving
from config import definition_routing as routing
from config.check import MAILBOX_KINDS, PHONE_KINDS, SWITCH_KINDS

TABLES: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    ("[center]", d.Center),
    ("[[queues]]", routing.Queue),
    ("[[queues.relaxation]]", routing.Relaxation),
    ("[[queues.overflow]]", leaving.OverflowRule),
    ("[queues.emergency], also in [[numbers]]", leaving.EmergencyWay),
    ("[[destinations]]", leaving.Destination),
    ("[[announcements]]", leaving.Announcement),
    ("[queues.back_off]", routing.BackOff),
    ("[[hours]]", hours.OpeningHours),
    ("[[hours.holidays]]", hours.Holiday),
    ("[[users]]", d.User),
    ("phone, in [[users]]", d.Phone),
    ("[[skills]]", routing.Skill),
    ("[[teams]]", routing.Team),
    ("[[reserves]]", blending.Reserve),
    ("[[lending]]", blending.Lending),
    ("[[shares]]", blending.Share),
    ("[[floors]]", blending.Floor),
    ("[[reasons]]", d.Reason),
    ("[[dispositions]]", d.Disposition),
    ("[[switches]]", d.Switch),
    ("[[numbers]]", d.Number),
    ("[[places]]", dialling.Place),
    ("[dialling]", dialling.Dialling),
    ("[[dialling.rules]]", dialling.DialRule),
    ("[[dialling.purposes]]", dialling.Purpose),
    ("agent, center and team_caps, in [dialling]", dialling.Cap),
    ("[[callers]]", dialling.CallerRule),
    ("[[mailboxes]]", d.Mailbox),
    ("imap and smtp, in [[mailboxes]]", d.MailServer),
    ("[[sites]]", d.Site),
    ("[capacity.MEDIUM], also in [[users]] and [[teams]]", routing.Capacity),
)
WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    hours.Day: "date or text",
    datetime.datetime: "date with a time",
}
KINDS = {d.Switch: SWITCH_KINDS, d.Mailbox: MAILBOX_KINDS, d.Phone: PHONE_KINDS}
ENVIRONMENT = (
    ("SWITCHROOM_DATA", "Folder that holds everything durable (`--data`); `data`, if not given."),
    ("SWITCHROOM_HOST", "Address to listen on (`--host`); `127.0.0.1`, if not given."),
    ("SWITCHROOM_PORT", "Port to listen on (`--port`); `8080`, if not given."),
    ("SWITCHROOM_LISTEN_ANYWHERE", "`1` allows an address beyond this machine (`--listen-anywhere`)."),
    ("SWITCHROOM_ORIGINS", "Public origins, parted by spaces, such as `https://desk.example` (`--origin`)."),
    ("SWITCHROOM_DATABASE", "Address of the database (`--database`); else a SQLite file in the data folder."),
    ("SWITCHROOM_AMI_SECRET_ID", "AMI secret of the switch ID; `SWITCHROOM_AMI_SECRET` serves all switches."),
    ("SWITCHROOM_MAIL_SECRET_ID", "Password of the mailbox ID, for IMAP and SMTP alike."),
    ("SWITCHROOM_SITE_SECRET_ID", "With it the site ID signs its visitors; without it nobody is known by the page."),
    ("SWITCHROOM_PIN_SECRET_USER", "With it the supervisor USER declares emergencies by phone: 6 to 12 digits."),
    ("SWITCHROOM_PHONE_SECRET_NAME", "SIP password of the soft phone NAME."),
    ("SWITCHROOM_SERVER", "Address of the running center for `apply` and `agent`; `http://127.0.0.1:8080`."),
    ("SWITCHROOM_PASSWORD", "Password for `apply` and `agent`; asked for, if not given."),
    ("SWITCHROOM_LOG", "`DEBUG`, `INFO`, `WARNING` (if not given) or `ERROR`."),
    ("SWITCHROOM_DIE_AT", "For tests alone: the named point at which the engine kills itself."),
)


def page() -> str:
    parts = [
        "# Configuration",
        "",
        "A contact center is one TOML file; `config/sample/harbor_bikes.toml` is one to begin with. `switchroom check "
        "FILE` says what is wrong with it, `switchroom apply FILE --user ID` puts it into force in the running center, "
        "`switchroom export` writes it back. Drawn from the types by `make docs`; do not edit.",
        "",
        "Ids have lower-case letters, digits, `_` and `.` only, 40 at most. A key without a default has to be given.",
    ]
    for title, table in TABLES:
        about = (table.__doc__ or "").split("\n\n")[0]
        parts += ["", f"## {title}", ""]
        if about:
            parts += [" ".join(about.split()), ""]
        parts += ["| key | value | default | meaning |", "|---|---|---|---|", *_rows(table)]
    parts += [
        "",
        "## Environment",
        "",
        "Secrets come from the environment, never from the file. In a name, an id stands in capitals, and what is "
        "neither letter nor digit becomes `_`.",
        "",
        "| variable | meaning |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in ENVIRONMENT),
    ]
    return "\n".join(parts) + "\n"


def _rows(table: type[msgspec.Struct]) -> list[str]:
    hints = typing.get_type_hints(table, include_extras=True)
    meanings = _meanings(table)
    rows = []
    for field in msgspec.structs.fields(table):
        value = " or ".join(KINDS[table]) if field.name == "kind" else _value(hints[field.name])
        rows.append(f"| `{field.encode_name}` | {value} | {_default(field)} | {meanings.get(field.name, '')} |")
    return rows


def _meanings(table: type[msgspec.Struct]) -> dict[str, str]:
    """The text under each field."""
    tree = ast.parse(inspect.getsource(table)).body[0]
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            found[field.target.id] = " ".join(str(ast.literal_eval(text.value)).split())
    return found


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is msgspec.NODEFAULT:
        return "none" if field.default_factory is not msgspec.NODEFAULT else ""
    if field.default is None or field.default == () or isinstance(field.default, msgspec.Struct):
        return "none"
    return f"`{msgspec.json.encode(field.default).decode()}`"


def _value(hint: Any) -> str:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        meta = inner[1]
        bounds = f"at least {meta.ge}" + (f", at most {meta.le}" if meta.le is not None else "")
        return f"{_value(inner[0])}, {bounds}"
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_value(part) for part in inner if part is not type(None))
    if origin is tuple:
        return f"list of {_several(inner[0])}"
    if origin is dict or _is_table(hint):
        return "table"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return ", ".join(f"`{member}`" for member in hint)
    return WORDS[hint]


def _several(hint: Any) -> str:
    if _is_table(hint):
        return "tables"
    if typing.get_origin(hint) is typing.Annotated:
        return _value(hint).replace("number", "numbers", 1)
    return f"texts of {_value(hint)}" if isinstance(hint, type) and issubclass(hint, StrEnum) else "texts"


def _is_table(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)
