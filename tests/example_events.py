"""The one loader of events/*.json."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "events"


def load_event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return event
