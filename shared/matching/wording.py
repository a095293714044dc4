"""A decision in words for sales people. Nothing personal: it may stand on a Lead, in a Task, on a screen."""

from typing import Final

from shared.form.texts import Language
from shared.matching.decision import Decision, FieldEvidence

FIELD_WORDS: Final[dict[str, dict[Language, str]]] = {
    "first_name": {"en": "first name", "nl": "voornaam"},
    "last_name": {"en": "last name", "nl": "achternaam"},
    "email": {"en": "e-mail address", "nl": "e-mailadres"},
    "phone": {"en": "phone number", "nl": "telefoonnummer"},
    "company": {"en": "company", "nl": "bedrijf"},
    "street": {"en": "street", "nl": "straat"},
    "city": {"en": "city", "nl": "plaats"},
    "postcode": {"en": "postcode", "nl": "postcode"},
}

LEVEL_WORDS: Final[dict[str, dict[Language, str]]] = {
    "exact": {"en": "the same", "nl": "hetzelfde"},
    "nickname": {"en": "another form of the same name", "nl": "een andere vorm van dezelfde naam"},
    "similar": {"en": "nearly the same", "nl": "bijna hetzelfde"},
    "alike": {"en": "alike, but two names", "nl": "lijkt erop, maar twee namen"},
    "same_street": {"en": "the same street, another number", "nl": "dezelfde straat, een ander nummer"},
    "initial": {"en": "the initial fits", "nl": "de voorletter klopt"},
    "swapped": {"en": "the same, first and last name swapped", "nl": "hetzelfde, voor- en achternaam verwisseld"},
    "swapped_alike": {
        "en": "nearly the same, first and last name swapped",
        "nl": "bijna hetzelfde, voor- en achternaam verwisseld",
    },
    "subset": {"en": "one is a part of the other", "nl": "de een is een deel van de ander"},
    "role": {"en": "the same mailbox of a whole team", "nl": "dezelfde mailbox van een hele afdeling"},
    "typo": {"en": "one typing error apart", "nl": "één tikfout verschil"},
    "same_local": {"en": "the same before the @", "nl": "hetzelfde voor de @"},
    "landline": {"en": "the same, of a house or company", "nl": "hetzelfde, van een huis of bedrijf"},
    "company_domain": {"en": "the same company's domain", "nl": "het domein van hetzelfde bedrijf"},
    "close": {"en": "nearly the same", "nl": "bijna hetzelfde"},
    "different": {"en": "different", "nl": "verschillend"},
    "unknown": {"en": "not known of both", "nl": "niet van beide bekend"},
}

GUARD_WORDS: Final[dict[str, dict[Language, str]]] = {
    "first_names_differ": {"en": "the first names differ", "nl": "de voornamen verschillen"},
    "last_names_differ": {"en": "the last names differ", "nl": "de achternamen verschillen"},
    "generations_differ": {"en": "one is senior, the other junior", "nl": "de een is senior, de ander junior"},
    "generation_missing": {
        "en": "one is junior or senior, the other does not say",
        "nl": "de een is junior of senior, de ander zegt niets",
    },
    "name_missing": {"en": "a name is missing", "nl": "er ontbreekt een naam"},
    "role_mailbox": {"en": "the mailbox is a whole team's", "nl": "de mailbox is van een hele afdeling"},
    "shared_contact_point": {
        "en": "several people use this e-mail address or phone number",
        "nl": "meer mensen gebruiken dit e-mailadres of telefoonnummer",
    },
    "household_names_alike": {
        "en": "two people of one household may have first names so alike",
        "nl": "twee huisgenoten kunnen zulke gelijkende voornamen hebben",
    },
    "names_only_alike": {
        "en": "first and last name fit only nearly",
        "nl": "voor- en achternaam kloppen alleen ongeveer",
    },
    "no_personal_identifier": {
        "en": "no personal e-mail address or mobile number in common",
        "nl": "geen persoonlijk e-mailadres of mobiel nummer gemeen",
    },
    "rival": {"en": "another record fits nearly as well", "nl": "een ander record past bijna even goed"},
    "too_little": {"en": "alike, but not enough to be sure", "nl": "lijkt erop, maar te weinig om zeker te zijn"},
}


def field_line(one: FieldEvidence, language: Language) -> str:
    return f"{FIELD_WORDS[one.field][language]}: {LEVEL_WORDS[one.level][language]} ({one.bits:+g})"


def in_words(decision: Decision, language: Language) -> str:
    """Some lines of text: what agrees, what doesn't, why nobody decided it without a human."""
    lines = [field_line(one, language) for one in decision.evidence.fields if one.level != "unknown"]
    lines += [GUARD_WORDS[guard][language] for guard in decision.evidence.guards]
    total = {"en": "together", "nl": "samen"}[language]
    return "\n".join([*lines, f"{total}: {decision.score:+g} ({decision.evidence.config})"])
