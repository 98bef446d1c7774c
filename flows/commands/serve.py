"""The command `serve`."""

import argparse
import sys

from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED
from pipelines.folders import folders, typed

HELP = "show the site on this machine, where its page of questions asks the public database"
PORT, MOST = 8000, 65_535


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--port", type=read_port, default=PORT, help=f"the port on 127.0.0.1; 0 is any free one "
                        f"(default: {PORT})")  # fmt: skip


def read_port(text: str) -> int:
    """Read the number of a port; raises ArgumentTypeError for anything else."""
    if not text.isascii() or not text.isdecimal() or int(text) > MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to {MOST}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Serve the site until Ctrl-C or SIGTERM, which end the process with status 0."""
    site = folders().site
    if not (site / "index.html").is_file():
        print(f"not served: there is no site at {site} yet; run: {typed('nightly')}", file=sys.stderr)
        return NOTHING_PUBLISHED
    from flows.serving import server

    try:
        listening = server.listen(arguments.port)
    except OSError as error:
        raise UsageError(f"port {arguments.port} cannot be used: {error.strerror}. Name another: --port") from None
    with listening:
        print(f"site: http://{server.LOOPBACK}:{listening.getsockname()[1]}/ until Ctrl-C", flush=True)
        server.serve(site, listening)
    return ALL_WELL
