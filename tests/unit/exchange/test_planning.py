"""Only what is missing is asked for, and nothing twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from readingroom.exchange.planning import RemoteInstance, plan_requests
from readingroom.exchange.sending import contexts_for, fit_on_associations
from readingroom.model import InstanceRef, Level, Selection, StoredInstance

remotes = st.lists(
    st.builds(
        lambda study, series, image, kind: RemoteInstance(
            f"s{study}", f"s{study}.{series}", f"s{study}.{series}.{image}", kind
        ),
        st.integers(1, 2), st.integers(1, 3), st.integers(1, 4), st.sampled_from(["", "CT", "SR"]),
    ),
    unique_by=lambda one: one.uid,
    max_size=24,
)  # fmt: skip


@given(remotes, st.data(), st.sampled_from([frozenset(), frozenset({"SR"})]))
def test_every_missing_instance_is_asked_for_once(
    remote: list[RemoteInstance], data: st.DataObject, unwanted: frozenset[str]
) -> None:
    held = data.draw(st.sets(st.sampled_from([one.uid for one in remote]))) if remote else set()
    plan = plan_requests(remote, held, unwanted, Selection(study_instance_uids=("s1", "s2")))
    missing = {one.uid for one in remote if one.uid not in held and one.sop_class_uid not in unwanted}
    asked = [uid for request in plan.requests for uid in request.expected or ()]
    assert sorted(asked) == sorted(missing)
    assert plan.present + plan.skipped + len(missing) == len(remote)
    for request in plan.requests:
        # what the request means to the node is what is expected of it, nothing more
        meant = {
            one.uid
            for one in remote
            if one.study == request.study
            and request.series in ("", one.series)
            and (not request.instances or one.uid in request.instances)
        }
        assert meant == request.expected
        assert set(request.uids) == {
            at for at in (Level.STUDY, Level.SERIES, Level.IMAGE) if at <= request.level
        }


@given(remotes)
def test_a_study_of_which_nothing_is_here_is_one_request(remote: list[RemoteInstance]) -> None:
    plan = plan_requests(remote, (), (), Selection(study_instance_uids=("s1", "s2")))
    assert [request.level for request in plan.requests] == [Level.STUDY] * len({one.study for one in remote})
    narrow = plan_requests(remote, (), (), Selection((), ("s1", "s2"), ("s1.1", "s2.1")))
    assert {request.level for request in narrow.requests} <= {Level.SERIES}


def test_many_instances_are_several_requests() -> None:
    remote = [RemoteInstance("s", "s.1", f"s.1.{number}", "CT") for number in range(251)]
    plan = plan_requests(remote, {"s.1.0"}, (), Selection(study_instance_uids=("s",)))
    assert [len(request.instances) for request in plan.requests] == [100, 100, 50]


stored = st.lists(
    st.builds(
        lambda kind, form, uid: StoredInstance(
            InstanceRef("1", "2", str(uid)), f"1.2.{kind}", f"1.3.{form}", "", 0, 0, None, 1, ""
        ),
        st.integers(0, 150), st.integers(0, 5), st.integers(),
    ),
    max_size=400,
)  # fmt: skip


@given(stored)
def test_every_group_fits_on_one_association(instances: list[StoredInstance]) -> None:
    groups = fit_on_associations(instances)
    assert sorted(one.ref.sop_instance_uid for group in groups for one in group) == sorted(
        one.ref.sop_instance_uid for one in instances
    )
    for group in groups:
        proposed = contexts_for(group)
        assert len(proposed) <= 128
        for one in group:  # its own form is among them
            assert (one.sop_class_uid, (one.transfer_syntax_uid,)) in proposed
