"""`python -m gallery [NAME...]`: take the pictures again, all or those named, and write docs/gallery.md."""

from __future__ import annotations

import argparse
import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

from .house import House, furnished
from .screen import SIZES, Screen
from .screens import SCREENS

_DOCS = Path(__file__).parent.parent / "docs"
_SHARE = 0.5
"""Of the screen, each way: small pictures, large enough to see what is where."""
_QUALITY = 72
_FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def main() -> None:
    """Take them."""
    words = argparse.ArgumentParser(prog="python -m gallery", description=__doc__)
    words.add_argument("names", nargs="*", metavar="NAME", help=", ".join(screen.name for screen in SCREENS))
    words.add_argument("--full", type=Path, help="also keep them here as they are, as PNG")
    given = words.parse_args()
    wanted = [screen for screen in SCREENS if not given.names or screen.name in given.names]
    with (
        tempfile.TemporaryDirectory(prefix="rr-gallery-") as folder,
        furnished(Path(folder)) as house,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        for screen in wanted:
            for size in screen.sizes:
                _take(browser, house, screen, size, given.full)
        browser.close()
    (_DOCS / "gallery.md").write_text(_page())


def _take(browser: Browser, house: House, screen: Screen, size: str, full: Path | None) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=size == "phone", locale=screen.language
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    if screen.logged_in:
        house.log_in(context)
    try:
        screen.prepare(page, house)
        page.wait_for_timeout(700)
        picture = _picture(page)
    except Error as error:
        print(f"{screen.name}-{size}: {error}", flush=True)
        return
    finally:
        context.close()
    if full:
        full.mkdir(parents=True, exist_ok=True)
        picture.save(full / f"{screen.name}-{size}.png")
    small = picture.resize((round(width * _SHARE), round(height * _SHARE)), Image.Resampling.LANCZOS)
    (_DOCS / "gallery").mkdir(exist_ok=True)
    small.save(_DOCS / "gallery" / f"{screen.name}-{size}.webp", quality=_QUALITY, method=6)
    print(f"{screen.name}-{size}", flush=True)


def _picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot(timeout=120_000))).convert("RGB")


def _page() -> str:
    lines = [
        "# Gallery",
        "",
        "Every screen, half as large as it is. `.venv/bin/python -m gallery` takes them from the real program"
        " with real objects.",
        "",
    ]
    chapter = ""
    for screen in SCREENS:
        if screen.chapter != chapter:
            chapter = screen.chapter
            lines += [f"## {chapter}", ""]
        lines += [screen.title, ""]
        taken = [size for size in screen.sizes if (_DOCS / "gallery" / f"{screen.name}-{size}.webp").exists()]
        lines += [f"![{screen.name}, {size}](gallery/{screen.name}-{size}.webp)" for size in taken]
        lines += [""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
