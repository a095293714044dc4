"""Posts to the contact form for the measures against spam, and what is found in them."""

from typing import Any

from shared.form.definition import Form, forms
from shared.form.spam_section import Spam
from shared.spam.judging import Judgement, judge, signs_of
from shared.spam.lists import listed
from shared.spam.signs import Post
from shared.submission import FieldValue
from tests.builders import CONTACT, NOW, SECRET


def form_with(**spam: Any) -> Form:
    return forms()["contact"].model_copy(update={"spam": Spam.model_validate(spam)})


def a_post(form: Form | None = None, **sent: FieldValue) -> Post:
    return Post(form or form_with(), {**CONTACT, **sent}, SECRET, NOW)


def reasons(form: Form | None = None, **sent: FieldValue) -> tuple[str, ...]:
    return judged(form, **sent).reasons


def judged(form: Form | None = None, **sent: FieldValue) -> Judgement:
    post = a_post(form, **sent)
    return judge(post.form.spam, signs_of(post), listed(post))
