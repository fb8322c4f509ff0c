"""The rehearsal customers' part that is chance: who comes, and with what."""

import random

from config.rehearsal import PEOPLE, Deck


def test_nobody_comes_again_before_all_have_come() -> None:
    deck = Deck(PEOPLE, random.Random(7))
    rounds = [[deck.deal() for _ in PEOPLE] for _ in range(3)]
    assert all(sorted(each, key=PEOPLE.index) == list(PEOPLE) for each in rounds)
    assert rounds[0] != rounds[1]
