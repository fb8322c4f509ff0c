"""Settings, the definition of a contact center, and the joining of the parts: composition root and command line."""
