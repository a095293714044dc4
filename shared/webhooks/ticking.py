"""What was ticked, where a tool makes one text of it: `Service, Branding`."""

from collections.abc import Collection


def apart(text: str, known: Collection[str]) -> tuple[str, ...]:
    """The text in parts that are all known, the longest first, since one of them may hold a comma; else as it is."""
    pieces = text.split(",")
    longest = max((name.count(",") + 1 for name in known), default=1)
    takes = [0] * len(pieces) + [-1]  # how many pieces the part that starts here takes; 0: from here, it can't be done
    for start in reversed(range(len(pieces))):
        for size in range(min(longest, len(pieces) - start), 0, -1):
            if takes[start + size] and ",".join(pieces[start : start + size]).strip() in known:
                takes[start] = size
                break
    parts = []
    start = 0
    while takes[start] > 0:
        parts.append(",".join(pieces[start : start + takes[start]]).strip())
        start += takes[start]
    return tuple(parts) or (text,)
