"""The site as a program that answers requests: its files, and questions to its database."""

import asyncio
import json
import os
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from flows.serving.asking import Asker
from flows.serving.gate import HOSTS, Gate
from flows.serving.limits import LONGEST_QUESTION, Allowance
from reports.shared_files import SERVED

DATABASE = "data/stackrank.duckdb"
LONGEST_BODY, SLOWEST_BODY = 4 * LONGEST_QUESTION, 10.0
"""Bytes of a request, and the seconds in which they must come."""
NOT_KEPT = {"Cache-Control": "no-store"}


class Question(BaseModel):
    """What a page asks: one statement, and the form of its answer."""

    model_config = ConfigDict(extra="forbid", strict=True)
    sql: str = Field(max_length=LONGEST_QUESTION)
    form: Literal["page", "csv"] = "page"


class SiteFiles(StaticFiles):
    """The files of a folder, which a reader asks for anew only when they have changed; no hidden file, no list."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Return a file with its facts; a name with a dot in front is that of a draft."""
        is_hidden = any(part.startswith(".") and part != "." for part in path.split("/"))
        return ("", None) if is_hidden else super().lookup_path(path)

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """Return a file that a reader may keep and must compare."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


def make_app(site: Path, allowed: Allowance) -> Starlette:
    """Return the program for the site in this folder. A new run may replace the folder at any time."""
    asker = Asker(site / DATABASE, allowed)
    return Starlette(
        routes=[
            Route(f"/{SERVED}", partial(_say_what_is_served, allowed)),
            Route("/ask", partial(_answer, asker), methods=["POST"]),
            Mount("/", SiteFiles(directory=site, html=True)),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False), Middleware(Gate)],
    )


async def _say_what_is_served(allowed: Allowance, _request: Request) -> Response:
    """Answer in the place of the file of the site: here questions can be asked."""
    said = {"seconds": allowed.seconds, "rows": allowed.rows}
    return Response(f"window.stackrankServed = {json.dumps(said)};\n", 200, NOT_KEPT, "text/javascript")


async def _answer(asker: Asker, request: Request) -> Response:
    """Answer a question; what cannot be answered is a sentence with status 422."""
    if request.headers.get("content-type") != "application/json":
        return PlainTextResponse("A question is JSON.", 415, NOT_KEPT)
    try:
        question = Question.model_validate_json(await asyncio.wait_for(_read(request), SLOWEST_BODY))
    except (ValidationError, TimeoutError, ClientDisconnect):
        said = {"problem": f"a question has at most {LONGEST_QUESTION:,} letters"}
        return JSONResponse(said, 400, NOT_KEPT)
    said = await asker.ask(question.sql, question.form)
    return JSONResponse(said, 200 if "answer" in said else 422, NOT_KEPT)


async def _read(request: Request) -> bytes:
    """Return the body of a request as far as it may be long; what is longer is no question."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            return b""
    return body
