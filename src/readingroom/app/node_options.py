"""The options of `node add` and `node set`, and how a node is treated in words."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter

from readingroom.exchange import SEARCH_BOX
from readingroom.model import Node, OnStoreFailure, RetrieveBy, Right


@Parameter(name="*", group="How to treat it")
@dataclass(frozen=True)
class NodeOptions:
    """Settings of a node; None leaves what is there."""

    retrieve_by: Annotated[
        RetrieveBy | None, Parameter(help="How we fetch from it: get or move (it must know us) [get].")
    ] = None
    on_store_failure: Annotated[
        OnStoreFailure | None,
        Parameter(help="After an object that it refuses: continue or abort [continue]."),
    ] = None
    one_association_per_object: Annotated[
        bool | None, Parameter(help="A new association for each object that is sent [no].")
    ] = None
    most_associations: Annotated[
        int | None, Parameter(help="Transfers with it at once; 0 for no limit [1].")
    ] = None
    skip_sop_class: Annotated[
        tuple[str, ...] | None, Parameter(help="UID of a SOP class never to fetch. Again for more.")
    ] = None
    query_charset: Annotated[
        str | None,
        Parameter(
            help=r"Specific Character Set of queries, such as ISO_IR 100; \ between several [as needed]."
        ),
    ] = None
    wildcard: Annotated[
        tuple[str, ...] | None,
        Parameter(help="Keyword of a key to ask with * around its value; search-box for the usual four."),
    ] = None
    timeout: Annotated[float | None, Parameter(help="Seconds to wait for each answer, 0 for ever [40].")] = (
        None
    )
    tls: Annotated[
        bool | None, Parameter(help="Call it with TLS; our files: section tls of the settings.")
    ] = None
    allow_from: Annotated[
        tuple[str, ...] | None,
        Parameter(help="Address or network from which it may call us. Again for more; empty for any [any]."),
    ] = None
    right: Annotated[
        tuple[Right, ...] | None,
        Parameter(help="What it may ask of us: store, query, retrieve, commit. Again for more [all]."),
    ] = None


def chosen(options: NodeOptions | None) -> dict[str, Any]:
    """The fields of `Node` that the options set."""
    given = {} if options is None else dataclasses.asdict(options)
    fields = {name: value for name, value in given.items() if value is not None}
    if "skip_sop_class" in fields:
        fields["blacklisted_sop_classes"] = frozenset(filter(None, fields.pop("skip_sop_class")))
    if "allow_from" in fields:
        fields["allowed_addresses"] = tuple(filter(None, fields.pop("allow_from")))
    if "right" in fields:
        fields["rights"] = frozenset(fields.pop("right"))
    if "query_charset" in fields:
        fields["query_charset"] = (
            tuple(fields["query_charset"].split("\\")) if fields["query_charset"] else ()
        )
    if "wildcard" in fields:
        words = frozenset(filter(None, fields.pop("wildcard")))
        fields["wildcards"] = (words - {"search-box"}) | (
            SEARCH_BOX if "search-box" in words else frozenset()
        )
    return fields


def treatment(node: Node) -> str:
    """How we treat a node, in words, defaults left out."""
    words = [f"fetch by {node.retrieve_by.value}"]
    if node.on_store_failure is OnStoreFailure.ABORT:
        words.append("stop sending at a failure")
    if node.one_association_per_object:
        words.append("one object per association")
    if node.most_associations != 1:
        words.append(f"{node.most_associations or 'any number of'} transfers at once")
    if node.blacklisted_sop_classes:
        words.append(f"skip {len(node.blacklisted_sop_classes)} SOP classes")
    if node.query_charset:
        words.append("ask in " + "\\".join(node.query_charset))
    if node.wildcards:
        words.append("ask *value* for " + " ".join(sorted(node.wildcards)))
    if node.tls:
        words.append("call it with TLS")
    if node.allowed_addresses:
        words.append("let it call only from " + " ".join(node.allowed_addresses))
    if node.timeout != 40:
        words.append(f"wait {node.timeout:g} s" if node.timeout else "wait for ever")
    return ", ".join(words)
