"""What was spoken, as it was meant: undoes what speech recognisers are known to write for our words.

The list stands in ``knowledge/vocabulary.yml`` (``misheard_aloud``). The safety guard reads the words as they came, so that no
sign of danger rests on this alone.
"""

from __future__ import annotations

import re
from typing import Iterable, Sequence

from legcramps.knowledge import Misheard


class AsMeant:
    """Replaces what was misheard, rule by rule in their order.

    >>> AsMeant([Misheard(heard=["light"], meant="leg", before=["cramps"])])("how common are light cramps?")
    'how common are leg cramps?'
    """

    def __init__(self, rules: Iterable[Misheard]):
        self._rules = [(_pattern(rule), rule.meant) for rule in rules]

    def __call__(self, text: str) -> str:
        for pattern, meant in self._rules:
            text = pattern.sub(lambda found, meant=meant: found["before"] + meant, text)
        return text


_BETWEEN = r"[\s-]+"


def _pattern(rule: Misheard) -> re.Pattern[str]:
    # Python looks behind for a fixed length only, so the words before are matched and put back.
    after = rf"(?<![\w'])(?P<before>{_any(rule.after)}{_BETWEEN})" if rule.after else r"(?<![\w'])(?P<before>)"
    before = rf"(?={_BETWEEN}{_any(rule.before)}(?!\w))" if rule.before else r"(?![\w'])"
    return re.compile(f"{after}{_any(rule.heard)}{before}", re.IGNORECASE)


def _any(says: Sequence[str]) -> str:
    words = (_BETWEEN.join(map(re.escape, re.split(r"[\s-]+", say))) for say in sorted(says, key=len, reverse=True))
    return f"(?:{'|'.join(words)})"
