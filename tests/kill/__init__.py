"""The engine may die at any instant: what people on the line, at the desks and in the mailboxes notice of it."""
