"""Simulation: people, arrivals and faults under virtual time, around the same engine that serves real customers.

A scenario (`scenario.py`, a TOML file) says who comes, how patient they are, who serves them and by which rules.
`center.py` translates it into routing settings, `world.py` lets its people act on what the engine decides,
`replications.py` repeats days by seed and gives means with confidence intervals, `faults.py` plays an imperfect world.
Nothing here waits, opens a socket or reads a clock; the same seed gives the same trace everywhere.
"""
