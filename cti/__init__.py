"""Telephone switches: connections, calls and legs; knows no agents, queues or customers."""
