"""The three ways a thing may fail; anything else is a defect.

    AppError
    ├── Refusal     the rules forbid it         the operator reads why and what to do
    ├── Malformed   the input cannot be read    a list with place and field
    └── Outage      something does not answer   the lamp of that thing turns red, retry

Concrete errors live in the module that raises them. The text is a Russian sentence:
what happened, with the numbers; why; what to do.
"""


class AppError(Exception):
    """A failure that is foreseen and explained to the person at the screen."""


class Refusal(AppError):
    """The rules forbid it."""


class Malformed(AppError):
    """The input cannot be read."""


class Outage(AppError):
    """Something does not answer."""
