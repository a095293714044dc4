"""What a visitor reads around a form's own questions. Only pages and schemas need it, so no post loads it."""

from typing import Final

from shared.form.texts import Language

FORM_TEXTS: Final[dict[str, dict[Language, str]]] = {
    "required_note": {
        "nl": "Velden met een * moet u invullen.",
        "en": "Fields with a * must be filled in.",
    },
    "choose": {"nl": "Kies…", "en": "Choose…"},
    "send": {"nl": "Versturen", "en": "Send"},
    "leave_empty": {"nl": "Laat dit veld leeg", "en": "Leave this field empty"},
    "error": {"nl": "Fout:", "en": "Error:"},
    "summary": {"nl": "Controleer wat u invulde", "en": "Please check what you filled in"},
}
"""What every way of showing a form needs."""

PAGE_TEXTS: Final[dict[str, dict[Language, str]]] = {
    "summary_help": {
        "nl": "Er is nog niets verstuurd. Wat u invulde staat er nog.",
        "en": "Nothing was sent yet. What you filled in is still here.",
    },
    "needs_script": {
        "nl": "Voor dit formulier is JavaScript nodig. Zet het aan in uw browser en laad de pagina opnieuw.",
        "en": "This form needs JavaScript. Please turn it on in your browser and load the page again.",
    },
    "no_captcha": {
        "nl": "Ziet u hier geen controle? Wacht even, of sta scripts op deze pagina toe en laad haar opnieuw.",
        "en": "Can't see a check here? Wait a moment, or allow scripts on this page and load it again.",
    },
    "not_sent": {"nl": "Uw bericht is niet verstuurd", "en": "Your message was not sent"},
    "unavailable": {
        "nl": "Het lukt nu even niet. Wat u invulde staat er nog: probeer het over een minuut opnieuw.",
        "en": "This does not work right now. What you filled in is still here: please try again in a minute.",
    },
    "key_used_before": {
        "nl": "Uw vorige antwoorden hebben we al ontvangen. Verstuur nog eens als deze er ook bij moeten.",
        "en": "Your earlier answers have reached us already. Send the form again if these should be sent too.",
    },
    "thanks": {"nl": "Bedankt", "en": "Thank you"},
    "thanks_text": {
        "nl": "We hebben uw bericht ontvangen en nemen het in behandeling.",
        "en": "We have received your message and will deal with it.",
    },
    "receipt": {"nl": "Uw ontvangstnummer", "en": "Your receipt number"},
    "receipt_text": {
        "nl": "Bewaar het als u hierover nog contact met ons wilt opnemen.",
        "en": "Keep it in case you want to contact us about this.",
    },
    "again": {"nl": "Nog een formulier invullen", "en": "Fill in another form"},
    "languages": {"nl": "Taal", "en": "Language"},
    "this_language": {"nl": "Nederlands", "en": "English"},
}
"""What only the page that we host says."""
