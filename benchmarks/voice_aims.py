"""The rows of the voice bench side by side: ratios, and each aim with whether it is met. Pure reckoning.

An aim whose rows or cells were not measured in this run is left out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

QUEUE, ENGINE, DESKTOPS = "queue", "engine", "engine-desktops"
RATIO_MIN = 90
FREE_P99_MAX_MS = 25.0
FREE_P99_AT = "200"
ENTER_MORE_MAX_MS = 5.0
DESKTOP_P50_MORE_MAX_MS, DESKTOP_P99_MORE_MAX_MS = 30.0, 350.0
KEPT_UP_AT = "90"
KEPT_UP_WAITING_MAX = 23
"""Not growing: at the end a quarter of a second's callers wait at the most."""

Figures = Mapping[str, Any]


def compared(rows: Mapping[str, Figures]) -> dict[str, Any]:
    """Ratios of the queue to the engine, what desktops add, and the aims."""
    return {"ratios": ratios(rows), "desktops_add": desktops_add(rows), "aims": list(_aims(rows))}


def ratios(rows: Mapping[str, Figures]) -> dict[str, float | None]:
    """How many times longer an agent is free beside waiting callers (p50) with `Queue()` than with the engine."""
    return {
        count: _quotient(queue["p50_ms"], engine["p50_ms"])
        for count, queue, engine in _both(rows, QUEUE, ENGINE, "free_to_dial")
    }


def desktops_add(rows: Mapping[str, Figures]) -> dict[str, dict[str, float | None]]:
    """What an acknowledged pop adds to phones alone, at p50 and p99, by how many wait."""
    return {
        count: {f"{share}_ms": _more(desktops[f"{share}_ms"], phones[f"{share}_ms"]) for share in ("p50", "p99")}
        for count, phones, desktops in _both(rows, ENGINE, DESKTOPS, "free_to_dial")
    }


def _aims(rows: Mapping[str, Figures]) -> Iterator[dict[str, Any]]:
    for count, ratio in ratios(rows).items():
        yield _at_least(f"free-to-Dial p50, Queue() over engine, {count} waiting", ratio, RATIO_MIN)
    if ENGINE in rows:
        yield from _of_engine(rows[ENGINE], rows.get(QUEUE))
    for count, more in desktops_add(rows).items():
        where = f"with desktops over phones alone, {count} waiting"
        yield _at_most(f"free-to-Dial p50 ms more {where}", more["p50_ms"], DESKTOP_P50_MORE_MAX_MS)
        yield _at_most(f"free-to-Dial p99 ms more {where}", more["p99_ms"], DESKTOP_P99_MORE_MAX_MS)


def _of_engine(engine: Figures, queue: Figures | None) -> Iterator[dict[str, Any]]:
    if FREE_P99_AT in engine["free_to_dial"]:
        p99_ms = engine["free_to_dial"][FREE_P99_AT]["p99_ms"]
        yield _at_most(f"free-to-Dial p99 ms, {FREE_P99_AT} waiting", p99_ms, FREE_P99_MAX_MS)
    if queue is not None:
        more = _more(engine["enter_to_dial"]["p50_ms"], queue["enter_to_dial"]["p50_ms"])
        yield _at_most("enter-to-Dial p50 ms more than Queue()", more, ENTER_MORE_MAX_MS)
    cells = [*engine["free_to_dial"].values(), *engine["sustained"].values()]
    yield _at_most("dispatches out of order", sum(cell["out_of_order"] for cell in cells), 0)
    if KEPT_UP_AT in engine["sustained"]:
        waiting = engine["sustained"][KEPT_UP_AT]["waiting_at_end"]
        yield _at_most(f"waiting at the end of {KEPT_UP_AT} calls/s", waiting, KEPT_UP_WAITING_MAX)


def _both(rows: Mapping[str, Figures], one: str, other: str, part: str) -> Iterator[tuple[str, Figures, Figures]]:
    if one in rows and other in rows:
        for count, figures in rows[one][part].items():
            yield count, figures, rows[other][part][count]


def _quotient(above: float | None, below: float | None) -> float | None:
    return round(above / below, 1) if above is not None and below else None


def _more(late: float | None, early: float | None) -> float | None:
    return None if late is None or early is None else round(late - early, 2)


def _at_least(what: str, found: float | None, aim: float) -> dict[str, Any]:
    return {"aim": what, "at_least": aim, "found": found, "met": found is not None and found >= aim}


def _at_most(what: str, found: float | None, aim: float) -> dict[str, Any]:
    return {"aim": what, "at_most": aim, "found": found, "met": found is not None and found <= aim}
