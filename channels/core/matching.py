"""Ids that are derived, and keys that mean the same person: no id is ever given twice to one arrival.

The id of a call comes from the switch's name for it, that of a mail from its dedupe key, that of a task from the key
of whoever made it; so a restarted program knows them again. A chat's is random, kept with its visitor.
Leaves to others: asking the history who somebody is (`channels/identification.py`).
"""

import hashlib
import re
import unicodedata

import phonenumbers

from history.core.vocabulary import ConversationId, InteractionId

_DIGEST_CHARACTERS = 24
_MAIL_CHARACTERS_MAX = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
_NAMED_ADDRESS = re.compile(r"[^<>]*<([^<>]+)>\s*")


def voice_interaction(call: str) -> InteractionId:
    """`call` is the call's id, unique over all switches and their restarts."""
    return InteractionId(f"v-{call}")


def call_of(interaction: InteractionId) -> str:
    """The id of the call of a voice interaction."""
    return interaction.removeprefix("v-")


def mail_interaction(dedupe_key: str) -> InteractionId:
    return InteractionId(f"m-{_digest(dedupe_key)}")


def chat_interaction(word: str) -> InteractionId:
    """`word` is random: 16 hexadecimal digits or more."""
    return InteractionId(f"c-{word}")


def task_interaction(key: str) -> InteractionId:
    """`key` is chosen by whoever makes the task; the same key is the same task."""
    return InteractionId(f"t-{_digest(key)}")


def conversation_of(interaction: InteractionId) -> ConversationId:
    """One conversation stream an interaction, under the same word."""
    return ConversationId(interaction)


def phone_key(number: str, default_region: str | None) -> str | None:
    """Return the number in E.164 (`+442079460101`), or None for what is no number that can be dialled from anywhere.

    `default_region` (ISO 3166, `GB`) reads numbers written without a country; None refuses those.
    """
    try:
        parsed = phonenumbers.parse(number, default_region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def mail_key(address: str) -> str | None:
    """Return the address under which we know its owner: NFC, lower case, the host in ASCII; None if it is none.

    Neither dots nor `+tags` are taken away: only the owner's own host knows whether they mean something.
    """
    named = _NAMED_ADDRESS.fullmatch(address)
    bare = unicodedata.normalize("NFC", (named[1] if named else address).strip())
    local, at, host = bare.rpartition("@")
    if not at or not local or len(bare) > _MAIL_CHARACTERS_MAX or any(_unfit(character) for character in bare):
        return None
    try:
        ascii_host = host.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return None
    return f"{local.lower()}@{ascii_host}" if ascii_host else None


def _unfit(character: str) -> bool:
    return character.isspace() or character in "<>," or unicodedata.category(character) == "Cc"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:_DIGEST_CHARACTERS]
