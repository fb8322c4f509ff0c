"""The protocol, the rights and the read models of the screens. Pure."""
