"""The OpenAPI description, made from the table of commands and the types of the protocol."""

from typing import Any, get_args

import msgspec

from agent_desktop.commands import COMMANDS, Command
from agent_desktop.core import protocol as p
from agent_desktop.core.words import tag_of
from agent_desktop.explanations import Why

_REF = "#/components/schemas/{name}"

_JSON_OBJECT = {"type": "object"}


def describe(title: str, version: str) -> dict[str, Any]:
    """The whole description as OpenAPI 3.1."""
    types = [*get_args(p.AnyRequest), *get_args(p.AnyMessage), Why]
    _, schemas = msgspec.json.schema_components(types, ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for method, path, summary, body, result in _OTHERS:
        paths.setdefault(path, {})[method] = _operation(path, summary, body, result)
    for command in COMMANDS:
        paths.setdefault(command.path, {})[command.method.lower()] = _command(command, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": _INTRODUCTION},
        "security": [{"session": []}, {"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "switchroom"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _command(command: Command, schemas: dict[str, Any]) -> dict[str, Any]:
    whole = schemas[command.request.__name__]
    hidden = {"type", "id", *command.path_fields}
    properties = {name: schema for name, schema in whole["properties"].items() if name not in hidden}
    required = [name for name in whole.get("required", []) if name not in hidden]
    body = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    operation = _operation(
        command.path, command.request.__doc__ or command.request.__name__, body if properties else None, _ref("Answer")
    )
    operation["operationId"] = tag_of(command.request.__name__)
    operation["parameters"] += [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
        for name in ("Switchroom-Tab", "Switchroom-Request")
    ]
    return operation


def _operation(path: str, summary: str, body: dict[str, Any] | None, result: dict[str, Any]) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    operation: dict[str, Any] = {
        "summary": " ".join(summary.split()),
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names],
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": result}}},
            "default": {"description": "Refused.", "content": {"application/json": {"schema": _ref("Refused")}}},
        },
    }
    if body is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": body}}}
    return operation


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _REF.format(name=name)}


def _object(**properties: str) -> dict[str, Any]:
    fields = {name: {"type": kind} for name, kind in properties.items()}
    return {"type": "object", "properties": fields, "required": list(fields)}


_ABOUT = _object(user="string", name="string", role="string")
_WAIT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "queue": {"type": "string"},
        "p50_ms": {"type": ["integer", "null"]},
        "p90_ms": {"type": ["integer", "null"]},
    },
    "required": ["queue", "p50_ms", "p90_ms"],
}

_OTHERS: tuple[tuple[str, str, str, dict[str, Any] | None, dict[str, Any]], ...] = (
    ("post", "/api/sign-in", "Begin a session; sets its cookie.", _object(user="string", password="string"), _ABOUT),
    ("post", "/api/sign-out", "End the session.", None, _JSON_OBJECT),
    ("get", "/api/me", "Who is signed in.", None, _ABOUT),
    ("post", "/api/ticket", "A ticket for one WebSocket, good once and for 30 s.", None, _object(ticket="string")),
    (
        "post",
        "/api/tokens",
        "A token for a program that acts as you; shown once.",
        {"type": "object", "properties": {"label": {"type": "string"}, "expires_ms": {"type": "integer"}}},
        _object(token="string"),
    ),
    ("get", "/api/views/desk", "Your own desk.", None, _ref("Snapshot")),
    ("get", "/api/views/wallboard", "The wallboard.", None, _ref("Snapshot")),
    ("get", "/api/views/conversation/{conversation}", "One conversation.", None, _ref("Snapshot")),
    ("get", "/api/views/queue/{queue}", "What waits in one queue, the oldest first.", None, _ref("Snapshot")),
    (
        "get",
        "/api/queues/{queue}/expected-wait",
        "How long somebody who comes into a queue of calls or chats now will wait until an agent answers: half of all "
        "at most p50_ms, nine of ten at most p90_ms; null while it is unknown.",
        None,
        _WAIT,
    ),
    (
        "get",
        "/api/files/{conversation}/{content}",
        "An attachment; answers 303 with an address that is good for a minute.",
        None,
        _JSON_OBJECT,
    ),
    (
        "get",
        "/api/interactions/{interaction}/explanation",
        "Why an interaction's last offers were made as they were; query: `agent` names one agent, `before` pages back, "
        "`of=now` says why nobody is offered it now.",
        None,
        _ref("Why"),
    ),
    ("get", "/api/definition", "The definition that holds, and its version.", None, _object(text="string")),
    (
        "put",
        "/api/definition",
        "Put another definition into force, or only check it; 409 says what is wrong, sentence by sentence.",
        {
            "type": "object",
            "properties": {"text": {"type": "string"}, "only_check": {"type": "boolean"}},
            "required": ["text"],
        },
        {"type": "object", "properties": {"version": {"type": "integer"}, "problems": {"type": "array"}}},
    ),
    ("get", "/api/audit", "The audit log, newest first; `before` pages on.", None, {"type": "array"}),
    ("get", "/api/openapi.json", "This description.", None, _JSON_OBJECT),
    ("get", "/healthz", "Whether the server works.", None, _JSON_OBJECT),
)

_INTRODUCTION = """\
Sign in by `POST /api/sign-in`, or send a token as `Authorization: Bearer swt_…`. A session's requests that change
something need the header `Origin` of the center. With the headers `Switchroom-Tab` and `Switchroom-Request` (your own
count 1, 2, 3 …) a repeated request counts once, also over a restart. Live views come over the WebSocket
`/api/socket?ticket=…&tab=…&protocol=1`; its messages are the schemas AnyRequest (to the server) and AnyMessage.
"""
