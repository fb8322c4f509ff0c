"""Tests over material that is not part of the project."""
