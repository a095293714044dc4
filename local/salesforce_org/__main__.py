"""`python -m local.salesforce_org --port 0 --certs DIR --database FILE`: serves until it is interrupted.

The first line on stdout is JSON: url, ca_file, client_id, client_secret.
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from .org import Org
from .web.server import serve


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.salesforce_org", description="A Salesforce org stand-in.")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--certs", type=Path, required=True, help="folder for the throw-away certificates")
    parser.add_argument("--database", type=Path, help="SQLite file; left out, the org lives in memory")
    options = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Org(options.database or ":memory:") as org:
        org.seed()
        with serve(org, options.certs, options.port) as running:
            where = {
                "url": running.url,
                "ca_file": str(running.ca_file),
                "client_id": running.client_id,
                "client_secret": running.client_secret,
            }
            sys.stdout.write(json.dumps(where) + "\n")
            sys.stdout.flush()
            stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
