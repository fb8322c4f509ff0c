"""What may be erased: texts, names, addresses, phone numbers, mails and files. Entries name them by their id alone."""

import secrets
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from history.core.vocabulary import ContentId, CustomerId, DomainId, InteractionId, TenantId
from history.tables import contents

Owner = CustomerId | InteractionId
"""Whose it is; the interaction while the customer is unknown."""

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Content:
    content: ContentId
    owner: str
    media_type: str
    name: str | None
    body: bytes
    created_ms: int


_PUT = insert(contents)


async def put_content(
    connection: AsyncConnection,
    tenant: TenantId,
    domain: DomainId,
    *,
    owner: Owner,
    body: bytes,
    media_type: str,
    name: str | None,
    created_ms: int,
) -> ContentId:
    """Write a content in the transaction of the entry that will name it; return its new id."""
    content = ContentId(secrets.token_hex(12))
    await connection.execute(
        _PUT,
        {
            "tenant": tenant,
            "domain": domain,
            "id": content,
            "owner": owner,
            "key_id": None,
            "media_type": media_type,
            "name": name,
            "body": body,
            "created_ms": created_ms,
        },
    )
    return content


async def content_of(connection: AsyncConnection, tenant: TenantId, content: ContentId) -> Content | None:
    """Return a content, or None when it was never written or is erased."""
    row = (
        await connection.execute(select(contents).where(contents.c.tenant == tenant, contents.c.id == content))
    ).one_or_none()
    if row is None:
        return None
    return Content(ContentId(row.id), row.owner, row.media_type, row.name, row.body, row.created_ms)


async def texts_of(connection: AsyncConnection, tenant: TenantId, wanted: set[ContentId]) -> dict[ContentId, str]:
    """Return the texts of many contents at once; erased ones are left out."""
    if not wanted:
        return {}
    rows = await connection.execute(
        select(contents.c.id, contents.c.body).where(contents.c.tenant == tenant, contents.c.id.in_(sorted(wanted)))
    )
    return {ContentId(row.id): row.body.decode(errors="replace") for row in rows}


async def give_to(connection: AsyncConnection, tenant: TenantId, content: ContentId, owner: Owner) -> None:
    """Let a content belong to somebody else: what was stored before it was known whose it is."""
    mine = (contents.c.tenant == tenant) & (contents.c.id == content)
    await connection.execute(update(contents).where(mine).values(owner=owner))
