"""`[sources.<name>]`: servers and form tools that may post to a form, and what their answers are called here.

Their keys are in the intake's secret, never in a form file.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shared.form.field import FieldName, Strict


class Kind(StrEnum):
    """Who sends: a server of one's own that signs after Standard Webhooks, or a form tool in its own format."""

    SIGNED = "signed"
    GRAVITY_FORMS = "gravity-forms"
    TYPEFORM = "typeform"
    JOTFORM = "jotform"
    ELEMENTOR = "elementor"
    WEBFLOW = "webflow"


class Scheme(StrEnum):
    """How a post proves who sent it."""

    STANDARD = "standard"
    TYPEFORM = "typeform"
    WEBFLOW = "webflow"
    TOKEN = "token"  # noqa: S105 (the name of a scheme)


_OWN_SCHEMES = {Kind.TYPEFORM: Scheme.TYPEFORM, Kind.WEBFLOW: Scheme.WEBFLOW}
_CAN_NOT_SIGN = frozenset({Kind.GRAVITY_FORMS, Kind.JOTFORM, Kind.ELEMENTOR})

type SourceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
type TheirName = Annotated[str, Field(min_length=1, max_length=1000)]


class Source(Strict):
    """`fields`: their name of an answer to ours. Several of theirs may fill one of ours: blanks are left out.

    `values`: by our field, their text of an answer to what the form's field takes.
    """

    kind: Kind
    auth: Literal["signature", "token"] | None = None
    fields: dict[TheirName, FieldName] = Field(default_factory=dict)
    values: dict[FieldName, dict[str, str]] = Field(default_factory=dict)

    @property
    def is_tool(self) -> bool:
        """Its visitor has been thanked already. A server of one's own can mend what it is told, and send it again."""
        return self.kind is not Kind.SIGNED

    @property
    def scheme(self) -> Scheme:
        if (self.auth or ("token" if self.kind in _CAN_NOT_SIGN else "signature")) == "token":
            return Scheme.TOKEN
        return _OWN_SCHEMES.get(self.kind, Scheme.STANDARD)


def source_fault(sources: Mapping[str, Source], known: frozenset[str]) -> str:
    """What is wrong with a form's sources, or ''. `known` are the names that a source may fill."""
    for name, source in sources.items():
        if name == "form":
            return "a source can't be called form: that is the channel of the website's own form"
        if source.is_tool and not source.fields:
            return f"sources.{name} needs fields: which answer of the tool goes into which field of the form"
        for ours in (*source.fields.values(), *source.values):
            if ours not in known:
                return f"sources.{name} fills {ours}, which is no field of the form"
        if unfilled := sorted(set(source.values) - set(source.fields.values())) if source.fields else []:
            return f"sources.{name}.values has {unfilled[0]}, which nothing fills"
    return ""
