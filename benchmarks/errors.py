"""What keeps a benchmark from being run."""


class BenchImpossible(Exception):
    """Something that it needs is not there; the message says what, and the way out."""
