"""A text read a token at a time, with one token to look ahead: what the readers of the notations share."""

from __future__ import annotations

from ..errors import ParseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import NoReturn

__all__ = ["Cursor", "check_text"]


def check_text(text: object, most: int) -> None:
    """Refuse what is no text, and a text of more than so many characters."""
    if not isinstance(text, str):
        raise ParseError(f"a text is needed, not {type(text).__name__}")
    if len(text) > most:
        raise ParseError(f"the text has {len(text)} characters, more than {most}")


class Cursor:
    """The token that comes next: its ``kind``, a group of the pattern, its text, and where it starts.

    The pattern matches one token, after blanks, in a named group; after the last token the kind is "end".
    """

    def __init__(self, text: str, pattern: re.Pattern[str]) -> None:
        self.text = text
        self.pattern = pattern
        self.position = 0
        self.advance()

    def advance(self) -> None:
        """Go on to the next token."""
        match = self.pattern.match(self.text, self.position)
        if match is None or match.lastgroup is None:
            self.kind, self.token, self.start = "end", "", len(self.text.rstrip())
            return
        self.kind, self.token = match.lastgroup, match[match.lastgroup]
        self.start, self.position = match.start(match.lastgroup), match.end()

    def fail(self, reason: str, position: int | None = None) -> NoReturn:
        """Refuse the text, with a caret under the token."""
        raise ParseError(reason, self.text, self.start if position is None else position)

    def found(self) -> str:
        """Return what stands at the cursor, for a message."""
        return f"found {self.token[:40]!r}" if self.kind != "end" else "found the end"

    def take(self, token: str) -> bool:
        """Go past ``token`` if it comes next, and tell."""
        if self.token != token or self.kind == "end":
            return False
        self.advance()
        return True

    def expect(self, token: str, where: str) -> None:
        """Go past ``token``, or refuse the text."""
        if not self.take(token):
            self.fail(f"expected {token} {where}, {self.found()}")

    def numeral(self, what: str, most_digits: int) -> int:
        """Read a token of the kind "number", of at most so many digits."""
        if self.kind != "number":
            self.fail(f"expected {what}, {self.found()}")
        if len(self.token) > most_digits:
            self.fail(f"a number of {len(self.token)} digits, more than {most_digits}")
        value = int(self.token)
        self.advance()
        return value

    def expect_end(self) -> None:
        """Refuse the text if anything is left."""
        if self.kind != "end":
            self.fail(f"expected the end, {self.found()}")
