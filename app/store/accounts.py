"""What every reading of one account may find: that there is no such account."""

from app.errors import Refusal


class NoSuchAccount(Refusal):
    """No account has this number."""
