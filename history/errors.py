"""Errors of the shared history. Each carries one sentence for people: what is wrong, with what, and the way out.

HistoryError
    StoreUnavailable        nothing was written, or nobody knows; say the same again later
        WriteConflict       two writers met; nothing was written; say the same again at once
    AlreadyThere            a row with this unique key is there; nothing was written
    LeaseLost               another engine writes for this domain; stop
    UnreadableDatabase      this is no database of ours, or it is damaged
    DatabaseTooNew          made by a later version of the program
    UnknownEntryType        the journal holds a type that this version does not know
    UnreadableEntry         an entry's body does not fit its type
    MissingContent          there is no such content (never written, or erased)
    DataFolderTaken         another process works on this data folder
    SubscriptionCut         the subscriber was too slow; it catches up from the database
"""


class HistoryError(Exception):
    """Base of all."""


class StoreUnavailable(HistoryError):
    """The database cannot be reached or takes no writes."""


class WriteConflict(StoreUnavailable):
    """Two transactions met and this one gave way; nothing of it was written."""


class AlreadyThere(HistoryError):
    """A unique key is taken; nothing of the transaction was written."""


class LeaseLost(HistoryError):
    """Another holder has the domain."""


class UnreadableDatabase(HistoryError):
    """No database of ours, or damaged."""


class DatabaseTooNew(HistoryError):
    """A later version of the program has already changed this database."""


class UnknownEntryType(HistoryError):
    """The journal holds an entry of a type or version that this program does not know."""


class UnreadableEntry(HistoryError):
    """An entry's body does not fit its type."""


class MissingContent(HistoryError):
    """No such content: never written, or erased."""


class DataFolderTaken(HistoryError):
    """Another process works on this data folder."""


class SubscriptionCut(HistoryError):
    """The subscriber was too slow for the bus and has lost messages."""
