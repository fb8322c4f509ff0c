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
