"""What every request to the dashboard's application passes first."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ferryman.api.problems import Problem

#: Methods that change nothing.
_SAFE = {"GET", "HEAD", "OPTIONS"}


class Doorway:
    """Refuses what another site's page makes a browser send, and leads `/prefix` to `/prefix/`.

    There is no login yet, so whoever reaches the address may act, and any page that a person visits could reach it
    through the browser. Programs send neither header and pass.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by itself, or pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] not in _SAFE and is_cross_site(scope):
            detail = (
                "a page of another site sent this request, so it is refused. Behind a proxy: let it pass the Host "
                "header on, or set X-Forwarded-Host"
            )
            await Problem(403, "cross_site", detail).response(Request(scope, receive))(scope, receive, send)
        elif scope["method"] in _SAFE and not path_within(scope):
            # Without the slash the page's relative URLs would lead beside the prefix.
            query = scope.get("query_string", b"").decode("latin-1")
            target = f"{scope.get('root_path', '')}/{'?' if query else ''}{query}"
            await RedirectResponse(target)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def path_within(scope: Scope) -> str:
    """Return the path below the prefix; servers and applications differ in whether they leave the prefix in it."""
    path, prefix = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(prefix)


def is_cross_site(scope: Scope) -> bool:
    """Whether a browser says that the request comes from a page of another origin.

    Browsers send Sec-Fetch-Site over HTTPS and to this machine, and no page can change it; elsewhere Origin has to
    name the host that was asked.
    """
    headers: dict[bytes, bytes] = dict(scope["headers"])
    site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
    if site is not None:
        return site not in (b"same-origin", b"none")
    if origin is None:
        return False
    place = origin.partition(b"://")[2]  # empty in "null", which a browser says of what has no address
    return not place or place not in (headers.get(b"host"), headers.get(b"x-forwarded-host"))
