"""Journeys: a whole center as an operator runs it, real customers around it, judged from outside alone.

A checker here reads what anybody could read: the switch, the wire, the mailbox, the page and the API; never the
engine's memory or its database.
"""
