"""The decision itself: inputs, effects, state machines, capacity, choice and the engine. Pure and timed by argument."""
