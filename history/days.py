"""When a day begins, in the zone of a contact center."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def day_began_ms(now_ms: int, zone: ZoneInfo) -> int:
    """The last midnight in `zone`, or the day's first instant where midnight does not exist."""
    today = datetime.fromtimestamp(now_ms / 1000, tz=zone).date()
    began = datetime(today.year, today.month, today.day, tzinfo=zone)
    return round(began.astimezone(UTC).timestamp() * 1000)
