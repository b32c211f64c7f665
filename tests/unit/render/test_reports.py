"""Structured reports as plain text: nothing an object says can break us (PS3.3 C.17.3)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from readingroom.model import Attribute, Attributes
from readingroom.render import report_text


def item(kind: str, name: str, *inner: Attributes, **more: Attribute) -> Attributes:
    found = {0x0040A040: Attribute("CS", (kind,)), 0x0040A010: Attribute("CS", ("CONTAINS",))}
    found[0x0040A043] = Attribute("SQ", ({0x00080104: Attribute("LO", (name,))},))
    if inner:
        found[0x0040A730] = Attribute("SQ", inner)
    return found | {int(tag[1:], 16): value for tag, value in more.items()}


def test_deep_trees() -> None:
    tree = item("TEXT", "innermost", x0040A160=Attribute("UT", ("here",)))
    for _ in range(2000):
        tree = item("CONTAINER", "level", tree)
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
def test_any_tree_makes_a_text(tree: Attributes, kind: str) -> None:
    root = {**tree, 0x0040A730: Attribute("SQ", (item(kind, "one", tree),))}
    assert report_text(root)
