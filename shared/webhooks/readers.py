"""Which reader understands what a source of which kind sends."""

from collections.abc import Mapping
from typing import Final

from shared.form.sources import Kind
from shared.webhooks import elementor, gravity_forms, jotform, signed, typeform, webflow
from shared.webhooks.reading import Reader

READERS: Final[Mapping[Kind, Reader]] = {
    Kind.SIGNED: signed.read,
    Kind.GRAVITY_FORMS: gravity_forms.read,
    Kind.TYPEFORM: typeform.read,
    Kind.JOTFORM: jotform.read,
    Kind.ELEMENTOR: elementor.read,
    Kind.WEBFLOW: webflow.read,
}
