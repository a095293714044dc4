"""`[spam]` of a form file: what is looked for, how heavy it weighs, and from where on a submission is put aside."""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from shared.form.field import FieldName, Strict
from shared.values.looks import folded_domain, plain

DEFAULT_WEIGHTS: Final = {
    "honeypot": 100,
    "too_fast": 100,
    "too_fast_unsigned": 60,
    "form_start_forged": 80,
    "form_start_missing": 80,
    "form_start_expired": 80,
    "form_start_old": 10,
    "disposable_domain": 100,
    "blocked_address": 100,
    "blocked_domain": 100,
    "blocked_word": 100,
    "captcha_failed": 100,
    "captcha_low_score": 100,
    "captcha_wrong_site": 100,
    "captcha_no_host": 30,
    "captcha_unverified": 0,
    "link_in_name": 100,
    "many_links": 100,
    "link": 20,
    "short_link": 40,
    "markup": 80,
    "script": 80,
    "repeated_text": 60,
    "same_answers": 50,
    "foreign_script": 60,
    "random_letters": 60,
    "offer": 40,
    "repeat": 100,
}
"""Points of each sign, by its reason. A submission with `threshold` points is put aside; 100 are so alone.

`link`, `random_letters` and `offer` count each time, up to three times. With 80 points, any other sign holds.
"""

CAPTCHA_FIELD: Final = "captcha"
"""What an error about the captcha names as its field, so no question can be called so."""
_ACTIONS: Final = {
    # https://developers.google.com/recaptcha/docs/v3#actions
    "recaptcha_v3": (re.compile(r"[A-Za-z0-9_/]{1,100}"), "letters, digits, _ and /, at most 100"),
    # https://developers.cloudflare.com/turnstile/get-started/client-side-rendering/widget-configurations/
    "turnstile": (re.compile(r"[A-Za-z0-9_-]{1,32}"), "letters, digits, _ and -, at most 32"),
}
"""Anything else gets an error of the vendor's script instead of a token."""

_HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9](-*[a-z0-9])*(\.[a-z0-9](-*[a-z0-9])*)*")
_ADDRESS: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,253}")


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError("must be a domain in lower case, such as example.com")
    return value


def _domain(value: str) -> str:
    """Also in letters of any script: lists compare what is folded."""
    _host(folded_domain(value) if value == value.lower().strip(".") else value)
    return value


def _word(value: str) -> str:
    if not plain(value).strip():
        raise ValueError("must have letters or signs that can be seen")
    return value


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value) or value != value.lower():
        raise ValueError("must be an e-mail address in lower case")
    return value


type Host = Annotated[str, AfterValidator(_host)]
type Address = Annotated[str, AfterValidator(_address)]
type Domain = Annotated[str, AfterValidator(_domain)]
type Word = Annotated[str, Field(min_length=2, max_length=80), AfterValidator(_word)]


class Listed(Strict):
    """Addresses as a whole, domains with all that is below them, words and phrases as whole words in any dress."""

    addresses: tuple[Address, ...] = ()
    domains: tuple[Domain, ...] = ()
    words: tuple[Word, ...] = ()


class Captcha(Strict):
    """The secret stands in the intake's secret, never here.

    `on_failure`: `answer` tells the visitor to do the captcha again, `quarantine` puts the submission aside. Nobody can
    do reCAPTCHA v3 again, so there the default is to put aside.
    """

    provider: Literal["turnstile", "hcaptcha", "recaptcha_v2", "recaptcha_v3"]
    site_key: Annotated[str, Field(min_length=1, max_length=200)]
    hostnames: tuple[Host, ...] = ()
    action: str = ""
    min_score: Annotated[float, Field(ge=0, le=1)] = 0.5
    on_failure: Literal["answer", "quarantine"] | None = None
    send_ip_address: bool = False

    @property
    def answers(self) -> bool:
        return (self.on_failure or ("quarantine" if self.provider == "recaptcha_v3" else "answer")) == "answer"

    @model_validator(mode="after")
    def _fits_the_provider(self) -> Self:
        given = self.model_fields_set
        if "min_score" in given and self.provider != "recaptcha_v3":
            raise ValueError("only recaptcha_v3 gives a score: leave min_score out")
        if not self.action:
            return self
        if self.provider not in _ACTIONS:
            raise ValueError("only recaptcha_v3 and turnstile know an action: leave it out")
        pattern, what = _ACTIONS[self.provider]
        if not pattern.fullmatch(self.action):
            raise ValueError(f"action may hold {what}")
        return self


class Spam(Strict):
    """`taught_lists`: when to look up what operators taught. `suspicious` costs honest submissions nothing.

    `form_start`: whether a signed moment must come along, which plain HTML forms have none of.
    """

    honeypot: FieldName = "contact_me_by_fax_only"
    min_seconds: Annotated[int, Field(ge=0, le=60)] = 2
    form_start: Literal["optional", "required"] = "optional"
    threshold: Annotated[int, Field(gt=0, le=1000)] = 100
    weights: dict[str, Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=dict)
    allow: Listed = Listed()
    block: Listed = Listed()
    taught_lists: Literal["suspicious", "always", "never"] = "suspicious"
    repeat_filter: bool = False
    captcha: Captcha | None = None

    def weight(self, reason: str) -> int:
        return self.weights.get(reason, DEFAULT_WEIGHTS[reason])

    @model_validator(mode="after")
    def _weighs_what_there_is(self) -> Self:
        if unknown := sorted(set(self.weights) - set(DEFAULT_WEIGHTS)):
            raise ValueError(f"unknown sign {unknown[0]} in weights; known are {', '.join(DEFAULT_WEIGHTS)}")
        return self
