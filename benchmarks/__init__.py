"""One command a promise; each prints JSON."""
