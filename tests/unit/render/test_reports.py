"""Structured reports as pages: what an object says can break neither the page nor us (PS3.3 C.17.3)."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from readingroom.model import Attribute, Attributes, InstanceRef
from readingroom.render import report_page, report_text

NASTY = '<script>alert(1)</script>"&\x00'


def item(kind: str, name: str, *inner: Attributes, **more: Attribute) -> Attributes:
    found = {0x0040A040: Attribute("CS", (kind,)), 0x0040A010: Attribute("CS", ("CONTAINS",))}
    found[0x0040A043] = Attribute("SQ", ({0x00080104: Attribute("LO", (name,))},))
    if inner:
        found[0x0040A730] = Attribute("SQ", inner)
    return found | {int(tag[1:], 16): value for tag, value in more.items()}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def address(ref: InstanceRef) -> str:
    return f"/x?uid={ref.sop_instance_uid}&more"


def test_nothing_of_the_object_becomes_markup() -> None:
    reference = {0x00081155: Attribute("UI", (NASTY,))}
    evidence = {0x0020000D: Attribute("UI", ("1",))}
    evidence[0x00081115] = Attribute("SQ", ({0x00081199: Attribute("SQ", (reference,))},))
    root = item(
        "CONTAINER", NASTY,
        item("TEXT", NASTY, x0040A160=Attribute("UT", (NASTY,))),
        item("IMAGE", NASTY, x00081199=Attribute("SQ", (reference,))),
        x00100010=Attribute("PN", (NASTY,)), x0040A375=Attribute("SQ", (evidence,)),
    )  # fmt: skip
    page = Tags()
    page.feed(report_page(root, address))
    assert set(page.names) <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "table",
        "tr",
        "td",
        "p",
        "b",
        "a",
        "div",
    }
    assert page.words.count("<script>alert(1)</script>") == 7


def test_deep_trees() -> None:
    tree = item("TEXT", "innermost", x0040A160=Attribute("UT", ("here",)))
    for _ in range(2000):
        tree = item("CONTAINER", "level", tree)
    assert "here" in report_page(tree, address)
    assert "innermost: here" in report_text(tree)


VALUES = st.lists(st.text(max_size=9) | st.integers() | st.floats() | st.none(), max_size=3).map(tuple)
TAGS = st.sampled_from(
    [0x0040A040, 0x0040A160, 0x0040A043, 0x0040A300, 0x00081199, 0x0040A730, 0x0040DB73, 0x0040A375]
)
ITEMS = st.recursive(
    st.dictionaries(TAGS, st.builds(Attribute, st.sampled_from(["UT", "CS", "UL"]), VALUES), max_size=4),
    lambda inner: st.dictionaries(
        TAGS, st.builds(Attribute, st.just("SQ"), st.lists(inner, max_size=3).map(tuple)), max_size=4
    ),
    max_leaves=12,
)


@given(ITEMS, st.sampled_from(["TEXT", "CODE", "NUM", "IMAGE", "SCOORD", "TCOORD", "", "CONTAINER"]))
def test_any_tree_makes_a_page(tree: Attributes, kind: str) -> None:
    root = {**tree, 0x0040A730: Attribute("SQ", (item(kind, "one", tree),))}
    assert report_page(root, address).endswith("</html>")
    assert report_text(root)
