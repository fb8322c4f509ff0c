"""Matching and reading of conversations, without I/O."""
