"""What every answer tells the browser to allow: nothing that does not come from here as a file."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .settings import HttpSettings

_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb")


def security_headers(http: HttpSettings) -> dict[str, str]:
    """Header fields by name. Scripts are files of ours, and codecs in WebAssembly; no eval, nothing inline.

    Pages that may show ours in a frame are ourselves and those of `http.frame_ancestors`. The two
    cross-origin policies make the page isolated, which shared memory between its workers needs.
    """
    policy = {
        "default-src": "'self'",
        "script-src": "'self' 'wasm-unsafe-eval'",
        "worker-src": "'self' blob:",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "connect-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(("'self'", *http.frame_ancestors)),
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


class SecurityHeaders:
    """Puts them on every answer that does not say otherwise."""

    def __init__(self, inner: ASGIApp, http: HttpSettings) -> None:
        self._inner = inner
        self._headers = [(name.encode(), value.encode()) for name, value in security_headers(http).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                message["headers"] = headers + [pair for pair in self._headers if pair[0] not in present]
            await send(message)

        await self._inner(scope, receive, answer)
