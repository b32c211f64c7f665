"""How a page comes to a screen: ways that several screens go."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from .house import House

Prepare = Callable[[Page, House], None]


def study_list(query: str = "", *keys: str) -> Prepare:
    def prepare(page: Page, house: House) -> None:
        page.goto(f"{house.url}/?{query}")
        page.get_by_test_id("study").or_(page.get_by_test_id("empty")).first.wait_for()
        press(page, keys)

    return prepare


def page_at(path: str, test_id: str) -> Prepare:
    def prepare(page: Page, house: House) -> None:
        page.goto(house.url + path)
        page.get_by_test_id(test_id).first.wait_for()

    return prepare


def viewer(
    *studies: str,
    keys: tuple[str, ...] = (),
    command: str = "",
    image: int = 0,
    series: str = "",
    drawn: bool = True,
    rest: int = 1500,
) -> Prepare:
    """Open studies, in the first the series whose words have `series` in them; then scroll, press, wait."""

    def prepare(page: Page, house: House) -> None:
        page.goto(house.viewer(*studies))
        if drawn:
            page.wait_for_function(
                "() => window.readingRoom?.viewports().some(v => v.image > 0 && !v.reduced)"
            )
        if series:
            page.get_by_test_id("rail").get_by_text(series).first.click()
            page.wait_for_timeout(2000)
        if command:
            run_command(page, command)
        page.wait_for_timeout(1500)  # the other series are read once the first image stands
        for _ in range(image):
            page.keyboard.press("ArrowDown")
        press(page, keys)
        page.wait_for_timeout(rest)

    return prepare


def kind_of(study: str, series: str, kind: str, keys: tuple[str, ...] = (), command: str = "") -> Prepare:
    """Open a study and hang the series of that description, which a view of that kind shows."""

    def prepare(page: Page, house: House) -> None:
        page.goto(house.viewer(study))
        card = page.get_by_test_id("rail").get_by_text(series, exact=True).first
        card.wait_for()
        page.wait_for_timeout(2500)
        card.click()
        page.wait_for_function("kind => window.readingRoom?.viewports().some(v => v.kind === kind)", arg=kind)
        page.wait_for_timeout(2500)
        if command:
            run_command(page, command)
        press(page, keys)
        page.wait_for_timeout(2000)

    return prepare


def run_command(page: Page, command: str) -> None:
    page.keyboard.press("Control+k")
    page.get_by_test_id("palette-input").fill(command)
    page.keyboard.press("Enter")
    page.wait_for_timeout(3000)


def press(page: Page, keys: tuple[str, ...]) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(300)


def brightly_lit(prepare: Prepare) -> Prepare:
    def brightly(page: Page, house: House) -> None:
        prepare(page, house)
        page.evaluate("document.documentElement.dataset.theme = 'bright'")

    return brightly
