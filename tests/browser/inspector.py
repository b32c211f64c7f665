"""axe-core on a page of the tests: what WCAG 2.2 AA finds fault with, outside the image.

axe-core is MPL-2.0 and only a tool of these tests: nothing of it is shipped.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "viewer/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FURTHER = ["page-has-heading-one", "empty-heading", "heading-order"]
"""Good practice in the viewer: each page says in one heading whose images these are."""
RUN = """([tags, further]) => axe.run({ exclude: ['.pixels'] }, {
        runOnly: tags, rules: Object.fromEntries(further.map(id => [id, { enabled: true }])),
        resultTypes: ['violations'] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(
        ({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary}`)))"""


class Inspector:
    """Collects what axe-core finds on a page in several states."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: dict[str, list[str]] = {}
        self._axe = AXE.read_text()

    def look(self, state: str, further: Sequence[str] = ()) -> None:
        """Ask about the page as it is. further: rules of good practice besides those of WCAG."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(self._axe)
        found: list[str] = self.page.evaluate(RUN, [TAGS, list(further)])
        if found:
            self.found[state] = found

    def verdict(self) -> None:
        """AssertionError with everything that was found."""
        assert not self.found, json.dumps(self.found, indent=1, ensure_ascii=False)
