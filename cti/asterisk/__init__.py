"""Asterisk over AMI: the link, the translation, and the dialplan fragment that we ship."""
