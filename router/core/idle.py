"""Who is idle, the longest first, equally long ones by their number.

The order is kept in runs of some hundreds, each with the mask of those in it: a run in which nobody is of use is passed
over in one step. Agents whom nobody needs gather at the front of the order, and on a large floor they are most of it.
"""

from bisect import bisect_left, bisect_right, insort

Entry = tuple[int, int]
"""(idle since, agent's number)."""
RUN = 256
FEW = 8
"""So many of a run are put in order by themselves; more are sooner met on the way along it."""


class IdleOrder:
    def __init__(self) -> None:
        self._runs: list[list[Entry]] = [[]]
        self._masks = [0]
        self._begins: list[Entry] = [(0, 0)]
        self._since: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._since)

    def add(self, entry: Entry) -> None:
        place = max(0, bisect_right(self._begins, entry) - 1)
        run = self._runs[place]
        insort(run, entry)
        self._masks[place] |= 1 << entry[1]
        self._begins[place] = run[0]
        self._since[entry[1]] = entry[0]
        if len(run) > 2 * RUN:
            self._split(place)

    def _split(self, place: int) -> None:
        run = self._runs[place]
        halves = [run[:RUN], run[RUN:]]
        self._runs[place : place + 1] = halves
        self._begins[place : place + 1] = [half[0] for half in halves]
        self._masks[place : place + 1] = [sum(1 << number for _, number in half) for half in halves]

    def remove(self, entry: Entry) -> None:
        """Take out one who stands in it."""
        place = bisect_right(self._begins, entry) - 1
        run = self._runs[place]
        del run[bisect_left(run, entry)]
        self._masks[place] ^= 1 << entry[1]
        del self._since[entry[1]]
        if run:
            self._begins[place] = run[0]
        elif len(self._runs) > 1:
            del self._runs[place], self._begins[place], self._masks[place]

    def first_two(self, wanted: int) -> list[int]:
        """Return the numbers of the first two of a mask, or of the only one. All of the mask have to stand in it."""
        found: list[int] = []
        for run, mask in zip(self._runs, self._masks, strict=True):
            here = mask & wanted
            if not here:
                continue
            found += self._first_of(run, here, 2 - len(found))
            if len(found) == 2:
                break
        return found

    def _first_of(self, run: list[Entry], here: int, most: int) -> list[int]:
        if here.bit_count() <= FEW:
            standing = []
            while here:
                low = here & -here
                number = low.bit_length() - 1
                standing.append((self._since[number], number))
                here ^= low
            return [number for _, number in sorted(standing)[:most]]
        found: list[int] = []
        for _, number in run:
            if here >> number & 1:
                found.append(number)
                if len(found) == most:
                    break
        return found
