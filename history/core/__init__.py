"""Ids, media, reasons and the types of all journal entries: plain values, no I/O."""
