"""Serving static files from the same process as the pages, also under ASGI."""

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
# More than the number of text files on all pages.
MAX_COMPRESSED = 256


@lru_cache(MAX_COMPRESSED)
def compressed(content: bytes) -> bytes:
    """Return the content compressed with gzip. Each file is compressed once per process."""
    return gzip.compress(content, mtime=0)


class StaticFilesMiddleware(Base):
    """WhiteNoise that responds with whole files, compressed if the browser accepts it.

    WhiteNoise itself responds with a synchronous stream. Django under ASGI warns about it and reads it into memory
    anyway.
    """

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        served = static_file.get_response(request.method, request.META)
        content = b""
        if served.file is not None:
            with served.file:
                content = served.file.read()
        response = HttpResponse(content, status=int(served.status))
        del response.headers["Content-Type"]
        for name, value in served.headers:
            response.headers[name] = value
        if response.headers.get("Content-Type", "").startswith(COMPRESSED):
            patch_vary_headers(response, ["Accept-Encoding"])
            accepted = request.headers.get("Accept-Encoding", "")
            is_plain = response.status_code == 200 and "Content-Encoding" not in response.headers
            if content and is_plain and "gzip" in accepted:
                content = response.content = compressed(content)
                response.headers["Content-Encoding"] = "gzip"
        if content:
            # The stored length is wrong if the file has changed since the start.
            response.headers["Content-Length"] = str(len(content))
        return response

    def add_files(self, root: str | Path, prefix: str | None = None) -> None:
        """Add a folder. It may be missing if files are served from their source folders."""
        if self.use_finders and not Path(root).is_dir():
            return
        super().add_files(root, prefix=prefix)
