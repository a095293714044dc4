"""What the matcher found can be told: a level or a guard without words would keep a held Lead from being written."""

import pytest

from shared.form.texts import LANGUAGES, Language
from shared.matching import Decision, Evidence, FieldEvidence, default_config
from shared.matching.config import UNKNOWN
from shared.matching.wording import in_words

CONFIG = default_config()
LEVELS = [(field, level) for field, levels in CONFIG.bits.items() for level in (*levels, UNKNOWN)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("field", "level"), LEVELS)
def test_every_level_of_every_field_has_words(field: str, level: str, language: Language) -> None:
    evidence = Evidence(fields=(FieldEvidence(field, level, 1.0),), config=CONFIG.version)
    assert in_words(Decision("hold", "00Q", 1.0, evidence), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("guard", sorted({*CONFIG.guards, "too_little"}))
def test_every_guard_has_words(guard: str, language: Language) -> None:
    evidence = Evidence(guards=(guard,), config=CONFIG.version)
    assert in_words(Decision("hold", "00Q", 1.0, evidence), language)
