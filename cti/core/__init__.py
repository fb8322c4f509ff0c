"""What a switch reports and may be asked, and how raw facts become one call story. Pure."""
