"""What all tests share: the servers of the bed."""

pytest_plugins = ["tests.bed.fixtures"]
