"""How a message's class is named on the wire: `SetPresence` travels as `"type": "set_presence"`."""

import re

_INNER_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def tag_of(class_name: str) -> str:
    return _INNER_CAPITAL.sub("_", class_name).lower()
