"""Names in every script (PS3.5 6.1.2, 6.2.1): the groups of TRUTH.csv in the list and the viewer's bar."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.kit.server import RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data

from .pages import SLOW
from .samples import study_of

TALL = {"width": 1440, "height": 1700}


@pytest.fixture(scope="module")
def names() -> dict[Path, list[str]]:
    """Each object of made/charsets with its alphabetic, ideographic and phonetic group."""
    made = shared_data() / "made"
    with (made / "TRUTH.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    found = {
        made / row["file"]: [str(group) for group in json.loads(row["value"])]
        for row in rows
        if row["kind"] == "person name" and "alphabetic, ideographic, phonetic" in row["what is known"]
    }
    assert len(found) >= 20
    return found


@pytest.fixture(scope="module")
def archive(
    tmp_path_factory: pytest.TempPathFactory, names: dict[Path, list[str]]
) -> Iterator[RunningServer]:
    """A server that has these objects and no others."""
    folder = tmp_path_factory.mktemp("names")
    command_line(folder / "data", "import", *map(str, names), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


def _read(groups: list[str]) -> list[str]:
    """As people read them: 'Family, Given', the other groups without the comma; nothing recased."""
    alphabetic, *others = [[part for part in group.split("^") if part] for group in groups]
    return [", ".join([alphabetic[0], *alphabetic[1:]]), *(" ".join(group) for group in others)]


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
@pytest.mark.row("VIEW-SEARCH-01")
@pytest.mark.ps("3.5 6.2.1")
def test_names_of_every_character_set(
    page: Page, archive: RunningServer, names: dict[Path, list[str]]
) -> None:
    page.set_viewport_size(TALL)  # type: ignore[arg-type]
    page.goto(archive.url)
    studies = {study_of(path): _read(groups) for path, groups in names.items()}
    expect(page.get_by_test_id("study")).to_have_count(len(studies), timeout=SLOW)
    for uid, (main, *others) in studies.items():
        row = page.locator(f'[data-testid="study"][data-study-uid="{uid}"]')
        told = row.locator("bdi").all_text_contents()[:2]
        assert told == [main, " ".join(others)], uid
    assert page.locator("bdi").first.evaluate("e => getComputedStyle(e).unicodeBidi") == "isolate"

    page.goto(f"{archive.url}/viewer?" + "&".join(f"StudyInstanceUIDs={uid}" for uid in studies))
    series = page.get_by_test_id("series")
    expect(series).to_have_count(len(studies), timeout=SLOW)
    left = {(main, " ".join(others)) for main, *others in studies.values()}
    for i in range(len(studies)):
        series.nth(i).click()
        expect(series.nth(i)).to_have_attribute("aria-pressed", "true", timeout=SLOW)
        main, other = page.get_by_test_id("patient").locator("bdi").all_text_contents()
        left.remove((main, other))
    assert not left
