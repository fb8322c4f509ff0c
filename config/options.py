"""Options that several commands share, each with its environment variable."""

from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[Path, typer.Option(envvar="SWITCHROOM_DATA", help="Folder that holds everything durable.")]
HostOption = Annotated[str, typer.Option(envvar="SWITCHROOM_HOST", help="Address to listen on.")]
PortOption = Annotated[int, typer.Option(envvar="SWITCHROOM_PORT", min=1, max=65535, help="Port to listen on.")]
DatabaseOption = Annotated[
    str | None, typer.Option(envvar="SWITCHROOM_DATABASE", help="SQLAlchemy URL; else a file in the data folder.")
]
OriginOption = Annotated[
    list[str] | None,
    typer.Option("--origin", envvar="SWITCHROOM_ORIGINS", help="Public origin, such as https://desk.example."),
]
AnywhereOption = Annotated[
    bool, typer.Option(envvar="SWITCHROOM_LISTEN_ANYWHERE", help="Allow an address beyond this machine.")
]
ServerOption = Annotated[str, typer.Option(envvar="SWITCHROOM_SERVER", help="Address of the running center.")]
UserOption = Annotated[str, typer.Option(help="Who to sign in as; the password is SWITCHROOM_PASSWORD, or asked for.")]
