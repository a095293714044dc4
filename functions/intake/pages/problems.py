"""Every `code` that a problem can have: its status, and when it is given. A test finds each in the code."""

from typing import Final

STATUSES: Final[dict[str, int]] = {
    "malformed_payload": 400,
    "signature_wrong": 401,
    "timestamp_out_of_range": 401,
    "origin_not_allowed": 403,
    "not_found": 404,
    "unknown_form": 404,
    "unknown_oid": 404,
    "ambiguous_oid": 404,
    "unknown_receipt": 404,
    "method_not_allowed": 405,
    "key_used_before": 409,
    "too_large": 413,
    "files_not_taken": 415,
    "unsupported_charset": 415,
    "unsupported_encoding": 415,
    "unsupported_media_type": 415,
    "validation_failed": 422,
    "internal_error": 500,
    "unavailable": 503,
}

ABOUT: Final[dict[str, str]] = {
    "malformed_payload": "The body is not readable as a form; `detail` says where.",
    "signature_wrong": "A server's post that no source of the form has signed.",
    "timestamp_out_of_range": "The signature is right, but was made more than 300 seconds ago, or ahead.",
    "origin_not_allowed": "Posted from a website that is not on the form's list.",
    "not_found": "There is no such path.",
    "unknown_form": "There is no such form; `detail` lists those that there are.",
    "unknown_oid": "No form has this oid, or `?form=` names one that has not.",
    "ambiguous_oid": "Several forms have this oid: add `?form=` and a form's id.",
    "unknown_receipt": "No submission has this receipt.",
    "method_not_allowed": "`Allow` says which methods are taken.",
    "key_used_before": "The key was used for other answers. Not for form tools: theirs are a submission apart.",
    "too_large": "The body is larger than 64 KiB; a form tool's, than 256 KiB.",
    "files_not_taken": "Forms take no files.",
    "unsupported_charset": "Bodies are in UTF-8.",
    "unsupported_encoding": "Bodies are sent as they are, without Content-Encoding.",
    "unsupported_media_type": "`Accept-Post` lists what is taken.",
    "validation_failed": "Answers that the visitor, or a server of one's own, can mend: all of them are in `errors`.",
    "internal_error": "A fault of ours.",
    "unavailable": "Nothing was stored: come back after `Retry-After`.",
}
