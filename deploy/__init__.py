"""Scripts behind the Makefile: building the web app, checking, testing, the sandbox."""
