"""A mail's stored headers, as the screens read them. `channels/mail/messages.py` writes them (`MailHeaders`)."""

import msgspec


class Address(msgspec.Struct, frozen=True):
    """A display name (may be empty, never believed) and an address."""

    name: str = ""
    address: str = ""

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


class Headers(msgspec.Struct, frozen=True):
    """The part that is shown; other fields are passed over."""

    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    automatic: str | None = None

    @property
    def sent_from(self) -> str | None:
        return str(self.sender) if self.sender is not None else None

    @property
    def sent_to(self) -> str | None:
        return ", ".join(str(address) for address in (*self.to, *self.cc)) or None

    def answer_goes_to(self) -> str | None:
        """Reply-To before From, but not that of a machine."""
        wanted = () if self.automatic is not None else self.reply_to
        return next((address.address for address in (*wanted, self.sender) if address is not None), None)

    def answer_goes_from(self, ours: tuple[str, ...]) -> str | None:
        """The one of our addresses that they wrote to, else the mailbox's own, which is the first."""
        for address in (*self.to, *self.cc):
            if address.address.lower() in ours:
                return address.address.lower()
        return ours[0] if ours else next((address.address for address in self.to), None)


NO_HEADERS = Headers()


def headers_of(text: str | None) -> Headers:
    """Decode a stored header content; one that is missing, erased or of another shape shows nothing."""
    try:
        return msgspec.json.decode(text or "{}", type=Headers)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return NO_HEADERS
