"""E-mail: fetched, stored raw, read, threaded, answered."""
