"""Finished pictures are remembered, those asked for last, within the bytes that are allowed."""

from __future__ import annotations

from readingroom.model import Selection, StoredInstance
from readingroom.prepare import Form, Pictures, Written
from readingroom.render import Presentation
from tests.unit.doors.dicomweb.house import House


def pictures(house: House, most: int) -> Pictures:
    services = house.services
    return Pictures(house.archive.database, services.archive, services.frames, services.tier, most)


def stored(house: House, name: str) -> StoredInstance:
    ds = house.stored[name]
    (found,) = house.archive.instances(Selection(sop_instance_uids=(ds.SOPInstanceUID,)))
    return found


def drawn(maker: Pictures, which: StoredInstance, quality: int = 90) -> bytes:
    return maker.encoded(which, 1, Presentation(), Written(Form.JPEG, quality))


def test_the_same_picture_is_made_once(house: House) -> None:
    maker, image = pictures(house, 1 << 20), stored(house, "mr-1")
    first = drawn(maker, image)
    assert drawn(maker, image) is first
    assert drawn(maker, image, 50) != first
    assert drawn(maker, stored(house, "mr-2")) != first
    assert drawn(maker, image) is first


def test_the_oldest_go_when_there_is_no_room(house: House) -> None:
    image = stored(house, "mr-1")
    room = len(drawn(pictures(house, 0), image, 90)) + 10
    maker = pictures(house, room)
    first = drawn(maker, image)
    drawn(maker, image, 89)
    again = drawn(maker, image)
    assert again is not first
    assert again == first


def test_nothing_is_remembered_without_room(house: House) -> None:
    maker, image = pictures(house, 0), stored(house, "mr-1")
    assert drawn(maker, image) is not drawn(maker, image)
