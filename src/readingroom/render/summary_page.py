"""Summaries of radiotherapy objects as HTML pages in the manner of reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from readingroom.model import Attributes
from readingroom.standard.sop_classes import storage_classes

from .dose_summary import RoiNames, dose_summary
from .markup import safe, shown
from .numbers import text
from .page import CLOSED, bounded, definitions, identity, opened
from .plan_summary import plan_summary
from .record_summary import record_summary
from .report_values import Link
from .structures_summary import structures_summary
from .summary import Block, Cell, Chart, Facts, Heading, Note, Table

_RT: Final = "1.2.840.10008.5.1.4.1.1.481."
RT_DOSE: Final = _RT + "2"
_STRUCTURES: Final = _RT + "3"
_PLANS: Final = frozenset({_RT + "5", _RT + "8"})
_RECORDS: Final = frozenset({_RT + "4", _RT + "6", _RT + "7", _RT + "9"})
SUMMARISED: Final = frozenset({RT_DOSE, _STRUCTURES}) | _PLANS | _RECORDS
"""SOP classes of which there is a summary."""
_WIDTH, _HEIGHT, _LEFT, _BELOW = 640, 320, 46, 34
_INKS: Final = ((0, 90, 180), (200, 60, 0), (0, 130, 70), (150, 0, 150), (140, 110, 0), (90, 90, 90))


def write_summary(
    attributes: Attributes, link: Link, names: RoiNames | None = None, largest: float | None = None
) -> str:
    """The page of an object of a class in SUMMARISED, without scripts, all text of it escaped.

    names: ROIs of the structure set that an RT Dose refers to. largest: the highest stored value in its grid.
    Raises Invalid when the page would be longer than 32 million characters.
    """
    uid = text(attributes, 0x00080016)
    if uid == RT_DOSE:
        blocks = dose_summary(attributes, names or {}, largest)
    elif uid == _STRUCTURES:
        blocks = structures_summary(attributes)
    else:
        blocks = record_summary(attributes) if uid in _RECORDS else plan_summary(attributes)
    title = storage_classes().get(uid, "Object").removesuffix(" Storage")
    return bounded(_page(attributes, title, blocks, link))


def _page(attributes: Attributes, title: str, blocks: Iterator[Block], link: Link) -> Iterator[str]:
    yield from opened(title)
    yield f"<header><h1>{shown(title)}</h1>\n"
    yield from definitions(identity(attributes))
    yield "</header>\n<main>\n"
    for block in blocks:
        yield from _block(block, link)
    yield f"</main>{CLOSED}"


def _block(block: Block, link: Link) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"<h2>{safe(block.words)}</h2>\n"
    elif isinstance(block, Note):
        yield f'<p class="none">{safe(block.words)}</p>\n'
    elif isinstance(block, Facts):
        yield from definitions((safe(term), _cell(cell, link)) for term, cell in block.rows)
        yield "\n"
    elif isinstance(block, Table):
        yield from _table(block, link)
    else:
        yield from _chart(block)


def _table(block: Table, link: Link) -> Iterator[str]:
    yield "<table><thead><tr>"
    yield from (f"<th>{safe(name)}</th>" for name in block.columns)
    yield "</tr></thead><tbody>\n"
    for row in block.rows:
        yield f"<tr>{''.join(f'<td>{_cell(cell, link)}</td>' for cell in row)}</tr>\n"
    yield "</tbody></table>\n"
    if block.left_out:
        yield f'<p class="none">{block.left_out} more are not shown.</p>\n'


def _cell(cell: Cell, link: Link) -> str:
    swatch = f'<span style="color:{_hex(cell.color)}">&#9632;</span> ' if cell.color else ""
    if cell.sop is not None and (url := link(*cell.sop)) is not None:
        name = storage_classes().get(cell.sop[0], cell.sop[0]).removesuffix(" Storage") or "object"
        return f'{swatch}<a href="{safe(url)}" title="{safe(cell.sop[1])}">{safe(name)}</a>'
    return swatch + (shown(cell.words) if cell.words else "")


def _chart(chart: Chart) -> Iterator[str]:
    """Curves as SVG inside of the page."""
    ends = [x for curve in chart.curves for x, _ in curve.points]
    x_end = max(ends, default=0.0) or 1.0
    across, down = (_WIDTH - _LEFT - 10) / x_end, (_HEIGHT - _BELOW - 10) / chart.y_end
    bottom = _HEIGHT - _BELOW
    yield f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" role="img" font-size="12">'
    yield f"<title>{safe(chart.y_name)} over {safe(chart.x_name)}</title>"
    yield '<g stroke="currentColor" fill="none" stroke-opacity=".35">'
    for part in range(6):
        x, y = _LEFT + across * x_end * part / 5, bottom - down * chart.y_end * part / 5
        yield f'<path d="M{x:.1f} 10V{bottom}M{_LEFT} {y:.1f}H{_WIDTH - 10}"/>'
    yield '</g><g fill="currentColor">'
    for part in range(6):
        x, y = _LEFT + across * x_end * part / 5, bottom - down * chart.y_end * part / 5
        yield f'<text x="{x:.1f}" y="{bottom + 15}" text-anchor="middle">{x_end * part / 5:.3g}</text>'
        yield f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{chart.y_end * part / 5:.3g}</text>'
    yield f'<text x="{_WIDTH - 10}" y="{_HEIGHT - 4}" text-anchor="end">{safe(chart.x_name)}</text>'
    yield f'<text x="{_LEFT + 4}" y="22">{safe(chart.y_name)}</text></g>\n'
    for at, curve in enumerate(chart.curves):
        ink = _hex(curve.color or _INKS[at % len(_INKS)])
        way = "L".join(f"{_LEFT + x * across:.1f} {bottom - y * down:.1f}" for x, y in curve.points)
        yield f'<path d="M{way}" fill="none" stroke="{ink}" stroke-width="2">'
        yield f"<title>{safe(curve.name)}</title></path>\n"
    yield "</svg>\n"


def _hex(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
