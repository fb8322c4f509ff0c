"""E-mail: reading, threading, intake, outbox, and the whole road over real servers."""
