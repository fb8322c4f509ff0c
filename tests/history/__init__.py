"""Tests of the shared customer history."""
