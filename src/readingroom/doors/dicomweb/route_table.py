"""Finds the route of a path by its words."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send


class RouteTable:
    """The resources of the door as one application, for a Mount.

    In paths of PS3.18 10.1.1 words stand at even places and UIDs between them: one look into a table instead
    of one regular expression after the other, which takes as long as a small answer. Paths of another build
    and everything that fits no route (404, 405) are left to Starlette's router.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = list(routes)
        self._router = Router(routes)
        self._known: dict[tuple[str, ...], tuple[Route, tuple[str, ...]]] = {}
        for route in routes:
            pieces = route.path.split("/")[1:]
            names = [piece[1:-1] for piece in pieces[1::2] if piece[0] == "{"]
            is_regular = all(piece and "{" not in piece for piece in pieces[::2]) and ":" not in route.path
            if is_regular and len(names) == len(pieces) // 2:
                for method in route.methods or ():
                    self._known.setdefault((method, str(len(pieces)), *pieces[::2]), (route, tuple(names)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what lies below `root_path`."""
        if scope["type"] == "http":
            pieces = scope["path"].removeprefix(scope.get("root_path", "")).split("/")[1:]
            known = self._known.get((scope["method"], str(len(pieces)), *pieces[::2]))
            values = pieces[1::2]
            if known is not None and all(values):
                route, names = known
                path_params = dict(zip(names, values, strict=True))
                own = {"path_params": scope.get("path_params", {}) | path_params, "endpoint": route.endpoint}
                await route.app({**scope, **own}, receive, send)
                return
        await self._router(scope, receive, send)
