"""Models of the literature in the scenario language, for the tests."""


def one_queue(
    calls_h: float, agents: int, hours: float, patience_s: float | None = None, batches: int = 20, more: str = ""
) -> str:
    """One long day of M/M/n or M/M/n+M with 180 s of service; the first twentieth of it is warm-up."""
    patience = "" if patience_s is None else f'patience = {{ law = "exp", mean_s = {patience_s} }}'
    return f"""
name = "{calls_h} calls an hour, {agents} agents"
period_h = {hours * 1.05}
warm_up_h = {hours * 0.05}
batches = {batches}
closing = "cut"

[[types]]
id = "calls"
arrivals = {{ per_h = {calls_h} }}
{patience}
service = {{ law = "exp", mean_s = 180 }}
routes = [{{ group = "g" }}]
{more}

[[groups]]
id = "g"
agents = {agents}
"""


def mmc(days: int, patience_min: float | None = None) -> str:
    """ContactCenters' MMC and MMCAb: eight hours from an empty center."""
    patience = "" if patience_min is None else f'patience = {{ law = "exp", mean_min = {patience_min} }}'
    return f"""
name = "MMC"
days = {days}
period_h = 8

[[types]]
id = "calls"
arrivals = {{ per_min = 4.2 }}
service = {{ law = "exp", mean_min = 2 }}
{patience}
routes = [{{ group = "g" }}]

[[groups]]
id = "g"
agents = 12
"""


def simple_msk(days: int) -> str:
    """ContactCenters' SimpleMSK: three types, two groups, three periods of two hours, a busyness of the day.

    Patience and service depend on the period of arrival.
    """
    text = f"""
name = "SimpleMSK"
days = {days}
periods = 3
period_min = 120
busyness = {{ law = "gamma", shape = 28.7 }}

[[groups]]
id = "g0"
agents = [12, 18, 9]

[[groups]]
id = "g1"
agents = [15, 20, 11]
"""
    patience = ", ".join(f'{{ law = "exp", mean_min = {1 / rate} }}' for rate in (0.3, 0.4, 0.2))
    service = ", ".join(f'{{ law = "exp", mean_min = {1 / rate} }}' for rate in (0.5, 0.6, 0.4))
    for name, rates, routes in (
        ("type0", [4.2, 5.3, 3.2], '{ group = "g0" }'),
        ("type1", [5.1, 4.3, 4.8], '{ group = "g0" }, { group = "g1", rank = 2 }'),
        ("type2", [6.3, 5.2, 4.8], '{ group = "g1" }'),
    ):
        text += f"""
[[types]]
id = "{name}"
arrivals = {{ per_min = {rates} }}
patience = [{patience}]
service = [{service}]
routes = [{routes}]
"""
    return text


def unequal(calls_min: float, hours: float, ranks: tuple[int, int], more: str = "", agents: int = 10) -> str:
    """Fast and slow agents (3 and 6 minutes) before one queue; the groups' ranks say who is asked first."""
    return f"""
name = "Unequal agents"
period_h = {hours * 1.05}
warm_up_h = {hours * 0.05}
batches = 20
closing = "cut"

[[types]]
id = "calls"
arrivals = {{ per_min = {calls_min} }}
service = {{ law = "exp", mean_min = 3 }}
routes = [{{ group = "fast", rank = {ranks[0]} }}, {{ group = "slow", rank = {ranks[1]} }}]
{more}

[[groups]]
id = "fast"
agents = {agents}

[[groups]]
id = "slow"
agents = {agents}
speed = 0.5
"""


def cross_trained(skills: int, hours: float) -> str:
    """After Wallace and Whitt: six types, 90 agents with so many skills each, 30 waiting places in all."""
    text = f"""
name = "{skills} skills"
period_h = {hours * 1.05}
warm_up_h = {hours * 0.05}
batches = 20
closing = "cut"

[[rooms]]
types = ["t0", "t1", "t2", "t3", "t4", "t5"]
places = 30
"""
    # Second skills are spread over the types: of 15 agents of a type, three have each other type as their second.
    groups: dict[tuple[int, ...], int] = {}
    for primary in range(6):
        others = [type_ for type_ in range(6) if type_ != primary]
        for agent in range(15):
            chosen = (primary, *(others[(agent + n) % 5] for n in range(skills - 1)))
            groups[chosen] = groups.get(chosen, 0) + 1
    names = {chosen: "g" + "".join(str(each) for each in chosen) for chosen in groups}
    for chosen, count in groups.items():
        text += f'\n[[groups]]\nid = "{names[chosen]}"\nagents = {count}\ntakes = "best_skill_first"\n'
    for type_ in range(6):
        routes = ", ".join(
            f'{{ group = "{names[chosen]}", rank = {1 if chosen[0] == type_ else 2} }}'
            for chosen in groups
            if type_ in chosen
        )
        text += f"""
[[types]]
id = "t{type_}"
arrivals = {{ per_min = 1.4 }}
service = {{ law = "exp", mean_min = 10 }}
routes = [{routes}]
"""
    return text


def n_model(reserve: int, hours: float) -> str:
    """Two types, 12 agents for A alone and 14 for both, who take B first.

    A may have one of the 14 only while more than `reserve` of them are free.
    """
    text = f"""
name = "N-model, reserve {reserve}"
period_h = {hours * 1.05}
warm_up_h = {hours * 0.05}
batches = 20
closing = "cut"

[[groups]]
id = "only_a"
agents = 12

[[groups]]
id = "both"
agents = 14
takes = "best_skill_first"
"""
    reserved = f", reserve = {reserve}" if reserve else ""
    for name, routes in (
        ("a", f'{{ group = "only_a" }}, {{ group = "both", rank = 2{reserved} }}'),
        ("b", '{ group = "both" }'),
    ):
        text += f"""
[[types]]
id = "{name}"
arrivals = {{ per_min = 4 }}
patience = {{ law = "exp", mean_min = 2 }}
service = {{ law = "exp", mean_min = 3 }}
routes = [{routes}]
"""
    return text
