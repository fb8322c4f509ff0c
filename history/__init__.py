"""The shared customer history: what happened, to whom, for good.

Keeps three kinds of thing. The *journal* (append-only entries in numbered streams), the *contents* (what may be erased)
and the *projections* (what can be dropped and rebuilt). Every other room writes through here and none is imported.
"""
