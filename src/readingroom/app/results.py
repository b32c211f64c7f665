"""What commands show while they work with nodes and when they end: bars, tables, failures, exit codes."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from pydicom.datadict import keyword_for_tag
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from readingroom.exchange import Counters, Failure, usual_keys
from readingroom.model import Level, Match
from readingroom.standard import levels

from .options import err, out


@contextlib.contextmanager
def progress(
    what: str, total: int | None = None
) -> Iterator[tuple[Callable[[Counters], None], Callable[[], bool]]]:
    """A bar on standard error; the first Ctrl C cancels in order, the second one ends."""
    stopped: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        if stopped:
            raise KeyboardInterrupt
        stopped.append(number)
        err.print("cancelling; press Ctrl C again to end at once")

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=err, disable=not err.is_terminal,
    )  # fmt: skip
    before = signal.signal(signal.SIGINT, stop)
    try:
        with bar:
            task = bar.add_task(what, total=total)

            def report(counters: Counters) -> None:
                done = counters.completed + counters.failed + counters.warning
                text = f"{what}, {counters.failed} failed" if counters.failed else what
                bar.update(task, completed=done, total=done + counters.remaining, description=text)

            yield report, lambda: bool(stopped)
    finally:
        signal.signal(signal.SIGINT, before)


def end(said: str, failures: Sequence[Failure], cancelled: bool) -> None:
    """Say what became of it and end the program: 0 when all is done, else 1."""
    for failure in failures:
        err.print(f"[red]failed[/red] {failure.uid}: {shown(failure.words)}", soft_wrap=True)
    if failures:
        said += f", {len(failures)} failed"
    out.print(said + (", then cancelled" if cancelled else ""))
    sys.exit(1 if failures or cancelled else 0)


def shown(words: str) -> str:
    return words.replace("[", r"\[")


def usual_columns(level: Level, wanted: Sequence[int]) -> list[int]:
    uniques = set(levels.UNIQUE_KEY.values()) - {levels.UNIQUE_KEY[level]}
    order = [
        *(0x00100010, 0x00100020, 0x00080020, 0x00080061, 0x00081030, 0x00080050),
        *(0x00200011, 0x00080060, 0x0008103E, 0x00200013, 0x00201208, 0x00201209),
        *(0x0020000D, 0x0020000E, 0x00080018),
    ]
    usual = usual_keys(level)
    return [
        tag
        for tag in order
        if tag in usual and tag not in wanted and (tag not in uniques or tag == 0x00100020)
    ]


def print_json(matches: Iterator[Match]) -> None:
    from readingroom.wire import dump_dicom_json, to_dicom_json

    sys.stdout.write(dump_dicom_json(to_dicom_json(match.attributes) for match in matches).decode() + "\n")


def print_matches(matches: Sequence[Match], columns: Sequence[int]) -> None:
    columns = list(dict.fromkeys(columns))
    heads = [keyword_for_tag(tag) or f"{tag >> 16:04X},{tag & 0xFFFF:04X}" for tag in columns]
    rows = [[_text(match, tag) for tag in columns] for match in matches]
    if not out.is_terminal:
        for row in (heads, *rows):
            sys.stdout.write("\t".join(row) + "\n")
        return
    if not rows:
        out.print("Nothing matches.")
        return
    table = Table(*heads, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(shown, row))
    out.print(table)


def _text(match: Match, tag: int) -> str:
    attribute = match.attributes.get(tag)
    if attribute is None:
        return ""
    words = [f"{len(attribute.values)} items"] if attribute.vr == "SQ" else map(str, attribute.values)
    return "\\".join("".join(letter for letter in word if letter.isprintable()) for word in words)
