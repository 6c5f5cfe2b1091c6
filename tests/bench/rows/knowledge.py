"""How long a question to a large knowledge takes, against one plain query of PostgreSQL's own ranking.

The one who asks has the server's core, PostgreSQL the load's. Bare are what one would write first: `any_word`
ranks all passages that have a word of the question, `all_words` those that have all of them.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from tests.bench.bed import Bed
from tests.bench.contestant import OURS, Contestant
from tests.bench.cores import yardstick
from tests.bench.load import percentile
from tests.bench.result import Result
from tests.bench.scale import Scale

STOCK = "from tests.bench.library import stock; stock({})"
ASK = "from tests.bench.library import ask_all; ask_all({!r}, number={}, core={})"
SECONDS = 1800


def knowledge(bed: Bed, contestant: Contestant, scale: Scale) -> Iterator[Result]:
    if contestant is not OURS:
        return
    passages, number, bare = scale.knowledge
    shell(bed, STOCK.format(passages))
    for server, asked in (("ours", number), ("any_word", bare), ("all_words", number)):
        speed = yardstick(bed.cores)
        took, used = zip(*json.loads(shell(bed, ASK.format(server, asked, bed.cores.server))), strict=True)
        figures = {
            f"{kind}p{name}_ms": percentile(of_kind, int(name) / 100)
            for kind, of_kind in (("", took), ("cpu_", used))
            for name in ("50", "90", "99")
        }
        yield Result(
            "knowledge", server, {"passages": passages}, {"asked": asked, **figures, "yardstick_ms": speed}
        )


def shell(bed: Bed, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        env={**os.environ, **bed.environ, "LOG_LEVEL": "WARNING"},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
