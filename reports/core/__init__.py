"""What happened, counted: pure functions over the facts of the routing stream.

`counting` folds facts (`visits`, `agents`) into the values of `counted`; `measures` are predicates over those, from
which `kpi` and `service_level` define each figure once; `tally` (with `sums`) and `board` work them out, for any period
and for the wallboard; `conservation` says what does not add up.
"""
