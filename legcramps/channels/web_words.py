"""The words that a website's chat needs beside the answers: what the widget says by itself, and names from the knowledge files."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

from legcramps import settings
from legcramps.channels import replies

WORDS_FILE = "words.js"
FORM_WORDS_FILE = "form-words.json"


@cache
def widget_words(folder: Path) -> Mapping[str, str]:
    """The widget's own table, of which the page without JavaScript uses a part. ValueError when it is no JSON."""
    text = (folder / WORDS_FILE).read_text(encoding="utf8")
    table = re.search(r"^export default (\{.*\});\s*$", text, re.DOTALL | re.MULTILINE)
    if not table:
        raise ValueError(f"{WORDS_FILE} must be comments and one `export default {{…}};`")
    return json.loads(table.group(1))


@cache
def form_words(folder: Path) -> Mapping[str, str]:
    """What only the page without JavaScript says."""
    return json.loads((folder / FORM_WORDS_FILE).read_text(encoding="utf8"))


def server_words(current: settings.Settings) -> Dict[str, Any]:
    """Names of conditions, wording of grades and what the operator has set; the body of ``GET /webhooks/web/words``."""
    return {
        **replies.names(),
        "emergency_number": current.emergency_number or replies.emergency_number(),
        "source_url": safe_link(current.source_url),
        "keep_days": current.keep_days,
    }


def safe_link(address: Optional[str]) -> Optional[str]:
    """The address if a page may link to it, which is only over HTTPS."""
    return address if address and address.startswith("https://") else None
