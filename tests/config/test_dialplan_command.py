"""`switchroom dialplan FILE` as an operator uses it."""

from pathlib import Path

import pytest

from tests.config.command_line import switchroom
from tests.config.dialling_samples import DIALLING
from tests.config.samples import ONLY_MAIL

SECOND = '\n[[switches]]\nid = "home"\n'


async def test_it_prints_the_numbers_of_all_places_and_the_phones_of_the_switch(tmp_path: Path) -> None:
    file = tmp_path / "center.toml"
    file.write_text(DIALLING, encoding="utf-8")
    done = await switchroom("dialplan", file)
    assert (done.status, done.err) == (0, "")
    for line in (
        "[switchroom-emergency-numbers]",
        "exten => 19222,1,Gosub(switchroom-emergency-call,s,1(19222))",
        "exten => 0110,1,Gosub(switchroom-emergency-call,s,1(110))",
        ' same => n,GotoIf($["p${phone}" = "pann-1"]?place1)',
        " same => n,Set(callback=+49891234567)",
    ):
        assert line in done.out.splitlines()
    file.write_text(DIALLING + SECOND, encoding="utf-8")
    done = await switchroom("dialplan", file, "--switch", "home")
    assert done.status == 0
    assert "pann-1" not in done.out


@pytest.mark.parametrize(
    ("text", "arguments", "sentence"),
    [
        (ONLY_MAIL, (), "places: there is none; add [[places]], and to each user with a phone its place."),
        (DIALLING + SECOND, (), "The definition has several switches: name one by --switch (main, home)."),
        (DIALLING, ("--switch", "x"), "There is no switch 'x'; the definition has main."),
        (DIALLING.replace('place = "london"\n', ""), (), "users, 'ann': may call out and has no place"),
        (DIALLING.replace('extension = "204"', 'extension = "110"'), (), "'110' is an emergency number"),
    ],
)
async def test_it_prints_nothing_where_something_is_wrong(
    tmp_path: Path, text: str, arguments: tuple[str, ...], sentence: str
) -> None:
    file = tmp_path / "center.toml"
    file.write_text(text, encoding="utf-8")
    done = await switchroom("dialplan", file, *arguments)
    assert (done.status, done.out) == (78, "")
    assert sentence in done.err
    assert len(done.err.splitlines()) == 1
