"""Worlds in which what is told of the wait is measured: scenarios, from plain to unruly."""

WARM_UP_H = 1.0


def _world(name: str, types: str, groups: str, hours: float, periods: int = 1, more: str = "") -> str:
    return f"""
name = "{name}"
periods = {periods}
period_h = {hours / periods}
closing = "cut"
{more}
{types}
{groups}
"""


def _type(
    id_: str,
    arrivals: str,
    service: str,
    patience_s: float | None,
    routes: str = '{ group = "g" }',
    more: str = "",
) -> str:
    patience = "" if patience_s is None else f'patience = {{ law = "exp", mean_s = {patience_s} }}'
    return f"""
[[types]]
id = "{id_}"
arrivals = {{ {arrivals} }}
service = {service}
{patience}
routes = [{routes}]
{more}
"""


def _group(id_: str, agents: object, more: str = "") -> str:
    return f'\n[[groups]]\nid = "{id_}"\nagents = {agents}\n{more}\n'


def _exp(mean_s: float) -> str:
    return f'{{ law = "exp", mean_s = {mean_s} }}'


def steady(hours: float) -> str:
    """M/M/50+M at its load."""
    return _world("steady", _type("calls", "per_h = 1000", _exp(180), 120), _group("g", 50), hours)


def two_peaks(hours: float) -> str:
    """Calls rise and fall twice, agents follow late."""
    days = max(1, round(hours / 10))
    calls = [300, 600, 900, 1000, 800, 600, 700, 950, 800, 400] * days
    agents = [16, 28, 42, 48, 42, 32, 34, 45, 42, 24] * days
    types = _type("calls", f"per_h = {calls}", _exp(180), 240)
    return _world("two peaks", types, _group("g", agents), 10.0 * days, len(calls))


def shared(hours: float) -> str:
    """SimpleMSK: three types, two groups, the second type served by both; its day of six hours again and again."""
    days = max(1, round(hours / 6))
    types = ""
    patience = ", ".join(_exp(60 / rate) for _ in range(days) for rate in (0.3, 0.4, 0.2))
    service = ", ".join(_exp(60 / rate) for _ in range(days) for rate in (0.5, 0.6, 0.4))
    for name, rates, routes in (
        ("type0", [4.2, 5.3, 3.2], '{ group = "g0" }'),
        ("type1", [5.1, 4.3, 4.8], '{ group = "g0" }, { group = "g1", rank = 2 }'),
        ("type2", [6.3, 5.2, 4.8], '{ group = "g1" }'),
    ):
        more = f"patience = [{patience}]"
        types += _type(name, f"per_min = {rates * days}", f"[{service}]", None, routes, more)
    groups = _group("g0", [12, 18, 9] * days) + _group("g1", [15, 20, 11] * days)
    return _world("shared agents", types, groups, 6.0 * days, 3 * days)


def lognormal(hours: float) -> str:
    """Handling times that are lognormal, with a wrap-up, a page to be shown and a phone to be picked up."""
    service = '{ law = "lognormal", mean_s = 200, sd_s = 180 }'
    types = _type("calls", "per_h = 360", service, 180, more='wrap_up = { law = "lognormal", mean_s = 40, sd_s = 30 }')
    people = 'pop = { law = "uniform", from_s = 0.05, to_s = 0.3 }\nanswer = { law = "uniform", from_s = 2, to_s = 6 }'
    return _world("lognormal handling", types, _group("g", 24, people), hours)


def low_load(hours: float) -> str:
    """Few wait, and not for long."""
    return _world("low load", _type("calls", "per_h = 160", _exp(180), 300), _group("g", 11), hours)


def staffing_drop(hours: float) -> str:
    """In the middle of each six hours a third of the agents go, and come back."""
    days = max(1, round(hours / 6))
    types = _type("calls", "per_h = 560", _exp(180), 300)
    return _world("staffing drop", types, _group("g", [30, 30, 20, 20, 30, 30] * days), 6.0 * days, 6 * days)


def retrials(hours: float) -> str:
    """Impatient callers, most of whom try again within minutes."""
    more = f"retrial = {{ delay = {_exp(180)}, after_abandon = 0.7, tries_max = 4 }}"
    types = _type("calls", "per_h = 480", _exp(180), 60, more=more)
    return _world("retrials", types, _group("g", 22), hours)


def unequal_queues(hours: float) -> str:
    """Two queues, one with agents of its own, the other's agents serve both; breaks come and go."""
    breaks = f"\n[groups.habits]\nbetween_breaks = {_exp(3600)}\nbreak_length = {_exp(600)}"
    types = _type("a", "per_h = 240", _exp(180), 150, '{ group = "only_a" }, { group = "both", rank = 2 }')
    types += _type("b", "per_h = 240", _exp(240), 150, '{ group = "both" }')
    groups = _group("only_a", 9, breaks) + _group("both", 18, breaks)
    return _world("unequal queues", types, groups, hours)


WORLDS = {
    "steady": steady,
    "two_peaks": two_peaks,
    "shared": shared,
    "lognormal": lognormal,
    "low_load": low_load,
    "staffing_drop": staffing_drop,
    "retrials": retrials,
    "unequal_queues": unequal_queues,
}
STEADY = ("steady", "lognormal", "low_load")
"""Worlds in which nothing changes but by chance: coverage is judged in them."""
