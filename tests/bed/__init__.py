"""The test bed: real servers for the tests, each on loopback, on free ports, in a folder of the test's own.

Nothing here is pretended: Asterisk, SIPp, dovecot, PostgreSQL, Redis and Chromium are the programs themselves,
installed by ``python -m tests.bed.install``. Each module starts one of them and stops it by its own process id.
"""
