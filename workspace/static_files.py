"""Serving static files beside the pages, under ASGI too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

if TYPE_CHECKING:

    class Base:
        use_finders: bool

        def add_files(self, root: str | Path, prefix: str | None = None) -> None: ...

else:
    Base = WhiteNoiseMiddleware


class StaticFilesMiddleware(Base):
    """WhiteNoise, answering with whole files.

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
        if content:
            # The length noted at the start is no longer true of a file that was changed since.
            response.headers["Content-Length"] = str(len(content))
        return response

    def add_files(self, root: str | Path, prefix: str | None = None) -> None:
        """Take a folder in; where files are served from where they lie, nothing needs to have been collected."""
        if self.use_finders and not Path(root).is_dir():
            return
        super().add_files(root, prefix=prefix)
