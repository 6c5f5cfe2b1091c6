"""A module that can't be imported."""

raise SystemExit("not today")
