"""Tests of the room `cti`."""
