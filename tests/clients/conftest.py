import sys
from pathlib import Path

# As a program has it that was copied: beside what imports it.
sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "clients"))
