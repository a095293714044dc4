"""What visitors read, in their language. A new language is one more column here."""

from typing import Final, Literal, get_args

type Language = Literal["nl", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language.__value__)

FIELD_ERRORS: Final[dict[str, dict[Language, str]]] = {
    "required": {
        "nl": "{label}: vul dit veld in.",
        "en": "{label}: please fill in this field.",
    },
    "too_long": {
        "nl": "{label}: gebruik ten hoogste {maximum} tekens.",
        "en": "{label}: use at most {maximum} characters.",
    },
    "control_characters": {
        "nl": "{label}: er staan onleesbare tekens of een nieuwe regel in. Typ de tekst opnieuw.",
        "en": "{label}: it holds unreadable characters or a line break. Please type the text again.",
    },
    "invalid_email": {
        "nl": "{label}: dit is geen e-mailadres. Een voorbeeld: naam@example.com.",
        "en": "{label}: this is not an e-mail address. An example: name@example.com.",
    },
    "invalid_phone": {
        "nl": "{label}: dit is geen geldig telefoonnummer. Begin een buitenlands nummer met + en het landnummer.",
        "en": "{label}: this is not a valid phone number. Start a foreign number with + and the country code.",
    },
    "invalid_choice": {
        "nl": "{label}: kies uit {choices}.",
        "en": "{label}: choose from {choices}.",
    },
    "invalid_number": {
        "nl": "{label}: vul een heel getal in, zoals 3.",
        "en": "{label}: fill in a whole number, such as 3.",
    },
    "invalid_decimal": {
        "nl": "{label}: vul een getal in met hoogstens {decimals} decimalen, zoals 12,5.",
        "en": "{label}: fill in a number with at most {decimals} decimals, such as 12.5.",
    },
    "too_small": {
        "nl": "{label}: vul {minimum} of meer in.",
        "en": "{label}: fill in {minimum} or more.",
    },
    "too_large": {
        "nl": "{label}: vul {maximum} of minder in.",
        "en": "{label}: fill in {maximum} or less.",
    },
    "invalid_date": {
        "nl": "{label}: vul een datum in als 2026-11-30.",
        "en": "{label}: fill in a date such as 2026-11-30.",
    },
    "invalid_country": {
        "nl": "{label}: dit land kennen we niet. Gebruik de naam of de code, zoals NL.",
        "en": "{label}: we don't know this country. Use its name or its code, such as NL.",
    },
    "invalid_boolean": {
        "nl": "{label}: antwoord met ja of nee.",
        "en": "{label}: answer yes or no.",
    },
    "too_many_values": {
        "nl": "{label}: geef één antwoord.",
        "en": "{label}: give one answer.",
    },
    "consent_needed": {
        "nl": "{label}: zonder uw toestemming kunnen we dit niet versturen.",
        "en": "{label}: we can't send this without your consent.",
    },
    "captcha_failed": {
        "nl": "{label}: bevestig (opnieuw) dat u geen robot bent, en verstuur het formulier nog eens.",
        "en": "{label}: please confirm (again) that you are not a robot, and send the form once more.",
    },
}

CAPTCHA_LABEL: Final[dict[Language, str]] = {"nl": "Controle", "en": "Check"}
CONSENT_LABEL: Final[dict[Language, str]] = {"nl": "Toestemming", "en": "Consent"}

REFUSALS: Final[dict[str, dict[Language, str]]] = {
    "key_used_before": {
        "nl": "Dit formulier is al verstuurd, met andere antwoorden. Open de pagina opnieuw en vul het nog eens in.",
        "en": "This form was sent before, with other answers. Open the page anew and fill it in again.",
    },
    "too_large": {
        "nl": "Wat u stuurde is te groot. Maak uw bericht korter.",
        "en": "What you sent is too large. Please make your message shorter.",
    },
    "files_not_taken": {
        "nl": "Bij dit formulier kunt u geen bestand meesturen.",
        "en": "This form takes no files.",
    },
    "unknown_form": {
        "nl": "Dit formulier bestaat niet of niet meer. Controleer het adres van de pagina.",
        "en": "There is no such form, or there is no longer. Please check the page's address.",
    },
    "unavailable": {
        "nl": "Het lukt nu even niet. Probeer het over een minuut opnieuw.",
        "en": "This does not work right now. Please try again in a minute.",
    },
    "unknown_oid": {
        "nl": "Dit formulier is bij ons niet bekend. Laat het de beheerder van de website weten: geen formulier heeft"
        " deze oid in [web_to_lead], of het adres noemt een formulier (?form=) dat die oid niet heeft.",
        "en": "We don't know this form. Please tell the website's owner: no form has this oid in [web_to_lead], or the"
        " address names a form (?form=) that does not have that oid.",
    },
    "ambiguous_oid": {
        "nl": "Wij weten niet welk formulier dit is. Laat het de beheerder van de website weten: meer dan één formulier"
        " heeft deze oid; zet ?form= met de naam van het formulier achter het adres in action.",
        "en": "We don't know which form this is. Please tell the website's owner: several forms have this oid; put"
        " ?form= with the form's name behind the address in action.",
    },
    "other": {
        "nl": "De website stuurde iets dat wij niet kunnen lezen. Laat het de beheerder van de website weten.",
        "en": "The website sent something that we can't read. Please tell the website's owner.",
    },
}
"""What a visitor reads when nothing can be done with the request; programs get the exact cause."""

PAGES: Final[dict[str, dict[Language, str]]] = {
    "thank_you_title": {"nl": "Bedankt", "en": "Thank you"},
    "error_title": {"nl": "Uw bericht is niet verstuurd", "en": "Your message was not sent"},
    "no_page_title": {"nl": "Dit formulier kan niet worden getoond", "en": "This form can't be shown"},
    "error_help": {
        "nl": "Ga terug met de knop van uw browser: wat u invulde staat er nog.",
        "en": "Go back with your browser's button: what you filled in is still there.",
    },
}


def choose_language(wanted: str, accepted: str, offered: tuple[Language, ...]) -> Language:
    """`wanted` is the form's `lang` field, `accepted` an Accept-Language header; the first offered is the default."""
    for candidate in (wanted, *_by_preference(accepted)):
        primary = candidate.strip().lower().partition("-")[0]
        for language in offered:
            if language == primary:
                return language
    return offered[0]


def _by_preference(header: str) -> list[str]:
    """The languages of an Accept-Language header, best first; a broken weight counts as 1."""
    weighted: list[tuple[float, int, str]] = []
    for position, part in enumerate(header[:200].split(",")):
        name, _, parameters = part.partition(";")
        try:
            weight = float(parameters.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 1.0
        weighted.append((-weight, position, name))
    return [name for _, _, name in sorted(weighted)]
