"""Data folders made by earlier issues, with work open in every state; each later version goes on with them.

`python -m tests.upgrades.make 01-first-light` makes `tests/upgrades/01-first-light.tar.xz`; it is made once, by the
issue's last commit, and never made anew.
"""
