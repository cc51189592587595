"""Serving static files beside the pages, under ASGI too."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseMiddleware

if TYPE_CHECKING:

    class Base:
        use_finders: bool

        def add_files(self, root: str | Path, prefix: str | None = None) -> None: ...

else:
    Base = WhiteNoiseMiddleware

COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")
# More than there are text files on all pages.
MOST_COMPRESSED = 256


@lru_cache(MOST_COMPRESSED)
def compressed(content: bytes) -> bytes:
    """Return the content as gzip; each file is compressed once per process."""
    return gzip.compress(content, mtime=0)


class StaticFilesMiddleware(Base):
    """WhiteNoise, answering with whole files, and with compressed text for browsers that accept it.

    Its own answer is a synchronous stream, of which Django under ASGI warns and which it then reads whole anyway.
    """

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file:
                content = found.file.read()
        response = HttpResponse(content, status=int(found.status))
        del response.headers["Content-Type"]
        for name, value in found.headers:
            response.headers[name] = value
        if response.headers.get("Content-Type", "").startswith(COMPRESSED):
            patch_vary_headers(response, ["Accept-Encoding"])
            accepted = request.headers.get("Accept-Encoding", "")
            is_plain = response.status_code == 200 and "Content-Encoding" not in response.headers
            if content and is_plain and "gzip" in accepted:
                content = response.content = compressed(content)
                response.headers["Content-Encoding"] = "gzip"
        if content:
            # The length noted at the start is no longer true of a file that was changed since.
            response.headers["Content-Length"] = str(len(content))
        return response

    def add_files(self, root: str | Path, prefix: str | None = None) -> None:
        """Take a folder in; where files are served from where they lie, nothing needs to have been collected."""
        if self.use_finders and not Path(root).is_dir():
            return
        super().add_files(root, prefix=prefix)
