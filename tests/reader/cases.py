"""The table of client rules, with every message written out."""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "client_rules.json"

Case = dict[str, Any]


def cases() -> list[Case]:
    table = json.loads(FILE.read_text())
    return [_case(case, table["blank"]) for case in table["cases"]]


def _case(case: Case, blank: Case) -> Case:
    return {
        **case,
        "given": _history(case["given"], blank),
        "when": [_step(step, blank) for step in case["when"]],
    }


def _step(step: Case, blank: Case) -> Case:
    if "history" in step:
        return {"history": _history(step["history"], blank)}
    if "taken" in step:
        return {**step, "taken": _message(step["taken"], blank)}
    data = {"conversation_id": "c1", **step.get("data", {})}
    if "message" in step:
        data["message"] = _message(step["message"], blank)
    return {"event": step["event"], "data": data, "does": step["does"]}


def _history(items: list[Case], blank: Case) -> Case:
    return {"items": [_message(item, blank) for item in items], "has_more": False, "cursor": "e-0-1"}


def _message(written: Case, blank: Case) -> Case:
    return {**blank, "sibling_ids": [written["id"]], **written}
