"""Django settings for the type checker alone: the site's own, read with an example node file."""

import json
import os
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="ziyuan-types-"))
_account = {"user": "nobody", "password": "none"}
(_folder / "node.json").write_text(
    json.dumps(
        {
            **dict.fromkeys(("name", "zone", "title"), "inner"),
            "region": "340000",
            "url": "http://127.0.0.1",
            "data": str(_folder),
            "secret_key": "for the type checker",
            "database": {"host": "/nowhere", "port": 5432, "name": "none", "app": _account, "auditor": _account},
        }
    ),
    encoding="utf-8",
)
os.environ["ZIYUAN_NODE"] = str(_folder / "node.json")

from ziyuan.site.settings import *  # noqa: E402, F403
