"""Data folders made by earlier issues, with work open in every state; each later version goes on with them.

`python -m tests.upgrades.make 02-the-one-mind` makes `tests/upgrades/02-the-one-mind.tar.xz`; it is made once, by the
issue's last commit, and never made anew.
"""
