"""Web chat: the visitor side of a conversation and its widget."""
