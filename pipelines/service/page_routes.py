"""The page: `/` and its files below `/page/`, under a policy that lets nothing from elsewhere run."""

from __future__ import annotations

import secrets
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).resolve().parents[1] / "page"
NONCE = "STYLE-NONCE"
"""Stands in index.html for a word that is new with every answer; the players' own styles carry it."""
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cache-Control": "no-cache",
}
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".csv": "text/csv",
    ".wav": "audio/wav",
}
"""Said outright: what the operating system thinks of these suffixes differs, and nosniff believes it."""

router = APIRouter()


@router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
async def page() -> HTMLResponse:
    """The page itself; it holds no data, so it is given without a token."""
    nonce = secrets.token_urlsafe(16)
    text = (FOLDER / "index.html").read_text(encoding="utf-8").replace(NONCE, nonce)
    return HTMLResponse(text, headers=GUARDS | {"Content-Security-Policy": POLICY.format(nonce=nonce)})


class PageFiles(StaticFiles):
    """Modules, styles, samples and vendored libraries, with their types and guards."""

    def file_response(self, full_path: str | Path, *args, **kwargs) -> Response:  # pyright: ignore
        """A file with its type said, and nothing guessed."""
        answer = super().file_response(full_path, *args, **kwargs)
        suffix = Path(full_path).suffix
        if suffix in TYPES and "content-type" in answer.headers:
            answer.headers["Content-Type"] = TYPES[suffix] + ("; charset=utf-8" if suffix != ".wav" else "")
        for name, value in GUARDS.items():
            answer.headers[name] = value
        return answer


def mount_page(app: FastAPI) -> None:
    """Serve the page's files below `/page/`."""
    app.include_router(router)
    app.mount("/page", PageFiles(directory=FOLDER), name="page")
