"""Every medium seen as interactions: voice, e-mail, web chat and tasks."""
