"""A server of one's own: any JSON or form, under the names that its form file gives.

Standard Webhooks asks for an object with `type`, `timestamp` and `data`; a mapping calls what is inside `data.email`.
"""

from shared.webhooks.reading import Answered, Answers, Reading, Unreadable, parts_of


def read(content: object) -> Reading:
    if not isinstance(content, dict):
        return Unreadable("The JSON must be one object.")
    return Answers(
        tuple(
            Answered(str(question), (name,), texts)
            for question, value in content.items()
            for name, texts in parts_of(value, str(question))
        )
    )
