"""`[spam.captcha]` and the names that a captcha needs: what the vendors' own pages refuse is refused with the form."""

import pytest

from ops.web_to_lead.names import field_name
from ops.web_to_lead.page import Input
from shared.form.definition import RESERVED, FormError
from tests.unit.test_form_files import CONSENT, a_form

CAPTCHA = '[spam.captcha]\nprovider = "{provider}"\nsite_key = "x"\naction = "{action}"\n'


def with_action(provider: str, action: str) -> str:
    return "\n" + CAPTCHA.format(provider=provider, action=action)


@pytest.mark.parametrize(
    ("provider", "action"),
    [("recaptcha_v3", "shop/Contact_2"), ("recaptcha_v3", "x" * 100), ("turnstile", "Contact_form-2")],
)
def test_an_action_may_hold_what_its_vendor_takes(provider: str, action: str) -> None:
    captcha = a_form(more=with_action(provider, action)).spam.captcha
    assert captcha
    assert captcha.action == action


@pytest.mark.parametrize(
    ("provider", "action", "what"),
    [
        ("recaptcha_v3", "contact-form", "spam.captcha: action may hold letters, digits, _ and /, at most 100"),
        ("recaptcha_v3", "x" * 101, "at most 100"),
        ("recaptcha_v3", "é", "letters, digits, _ and /"),
        ("turnstile", "shop/contact", "spam.captcha: action may hold letters, digits, _ and -, at most 32"),
        ("turnstile", "x" * 33, "at most 32"),
        ("turnstile", "a b", "letters, digits, _ and -"),
    ],
)
def test_an_action_that_its_vendor_refuses_is_refused_with_the_form(provider: str, action: str, what: str) -> None:
    """Google answers such an action with an error instead of a token, so every visitor would be put aside."""
    with pytest.raises(FormError) as caught:
        a_form(more=with_action(provider, action))
    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "last_name"', 'name = "captcha"'),
        ("[existing]", f'{CONSENT}field = "captcha"\n[existing]'),
        ("[existing]", '[spam]\nhoneypot = "captcha"\n[existing]'),
    ],
)
def test_no_question_is_called_as_errors_about_the_captcha_are(old: str, new: str) -> None:
    """On the hosted page both would have the id f-captcha, and an answer could not tell which of them is wrong."""
    with pytest.raises(FormError) as caught:
        a_form((old, new))
    assert "field captcha has a name that every form uses itself; give it another" in str(caught.value)


def test_an_imported_question_about_a_captcha_gets_another_name() -> None:
    one = Input(name="00N000000000001", kind="text", label="Captcha")
    assert field_name(one, RESERVED) == "captcha_2"
