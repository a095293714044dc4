"""The errors of form-to-lead. The base class decides what becomes of a submission.

FormToLeadError
├── PermanentError        data or rule: the submission is rejected with a typed reason, an operator mends it
├── TransientError        time will mend it: the submission waits, longer each time
│   ├── UnknownOutcomeError   a write was sent and no answer came: it may still be done, minutes later
│   └── BudgetError           the org's API calls are used up, or kept for others: uses up no try
└── ConfigurationError    we must mend it: nothing is rejected because of it and no try is used up
    └── RefusedCallError      one of the records in the call is why: each must be tried on its own

Texts of these errors never hold personal data: they go to logs. What a remote system said, word for
word, travels in `detail`, which is stored in the ledger's row and nowhere else.
"""


class FormToLeadError(Exception):
    """`code` is a stable word for logs, metrics and tables; `detail` may hold personal data."""

    def __init__(self, code: str, message: str = "", *, detail: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.detail = detail


class PermanentError(FormToLeadError):
    """Trying again cannot help. `fields` are the Salesforce fields that the answer names, if it names any."""

    def __init__(self, code: str, message: str = "", *, detail: str = "", fields: tuple[str, ...] = ()) -> None:
        super().__init__(code, message, detail=detail)
        self.fields = fields


class TransientError(FormToLeadError):
    """Trying again later may help. After a time-out on a write, whether it was done is unknown."""


class UnknownOutcomeError(TransientError):
    """Whoever might be the same person must wait until the write has certainly come to its end.

    So must the submission itself where the write is not `repeatable`: a Task has no key to be upserted by.
    """

    def __init__(self, code: str, message: str = "", *, detail: str = "", repeatable: bool = True) -> None:
        super().__init__(code, message, detail=detail)
        self.repeatable = repeatable


class BudgetError(TransientError):
    """However long it takes, the submission waits: calls come back with time."""


class ConfigurationError(FormToLeadError):
    """Credentials, permissions or a missing field: an alarm for us, a wait for the submission."""


class RefusedCallError(ConfigurationError):
    """A call for several submissions was refused because of what one of them holds; nobody knows which.

    `permanent` says that the cause is data: a submission that is refused so on its own is rejected.
    """

    def __init__(self, code: str, message: str = "", *, detail: str = "", permanent: bool = False) -> None:
        super().__init__(code, message, detail=detail)
        self.permanent = permanent
