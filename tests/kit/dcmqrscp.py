"""DCMTK's dcmqrscp: a small archive of several AE titles, each with its own folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .dcmtk import dcmtk, path_of_program
from .ports import HOST, free_port, wait_until_listens

READ_WRITE, READ_ONLY = "RW", "R"


@dataclass(frozen=True)
class Dcmqrscp:
    """Where it answers. folders: AE title to the folder in which its objects lie."""

    port: int
    folders: Mapping[str, Path]

    def take(self, ae_title: str, files: Sequence[Path]) -> None:
        """Give it files by DCMTK's storescu, which proposes what the files are in."""
        dcmtk("storescu", "-aec", ae_title, "-aet", "KIT", "-R", "-xs", HOST, str(self.port), *files)

    def files(self, ae_title: str) -> list[Path]:
        """What an AE title has."""
        return sorted(path for path in self.folders[ae_title].iterdir() if path.name != "index.dat")


@contextmanager
def dcmqrscp(
    folder: Path,
    ae_titles: Sequence[str] = ("QRSCP",),
    *,
    known: Mapping[str, int] | None = None,
    options: Sequence[str] = (),
) -> Iterator[Dcmqrscp]:
    """A dcmqrscp from here to the end of the block.

    known: AE titles at ports of the loopback that it may move to; anybody may call it.
    """
    port = free_port()
    folders = {title: folder / title for title in ae_titles}
    for path in folders.values():
        path.mkdir(parents=True)
    hosts = "\n".join(
        f"host{number} = ({title}, {HOST}, {at})" for number, (title, at) in enumerate((known or {}).items())
    )
    areas = "\n".join(f"{title} {path} RW (500, 4096mb) ANY" for title, path in folders.items())
    config = folder / "dcmqrscp.cfg"
    config.write_text(
        f"NetworkTCPPort = {port}\nMaxPDUSize = 65536\nMaxAssociations = 16\n"
        f"HostTable BEGIN\n{hosts}\nHostTable END\nVendorTable BEGIN\nVendorTable END\n"
        f"AETable BEGIN\n{areas}\nAETable END\n"
    )
    with (folder / "dcmqrscp.log").open("wb") as log:
        process = subprocess.Popen(
            [path_of_program("dcmqrscp"), "-d", "-c", str(config), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"TCP_NODELAY": "1"},
        )
    try:
        wait_until_listens(process, port, "dcmqrscp")
        yield Dcmqrscp(port, folders)
    finally:
        process.terminate()
        process.wait(20.0)
