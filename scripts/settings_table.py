"""Print the table of docs/settings.md from the code: `python scripts/settings_table.py`."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from platformdirs import user_data_path
from pydantic.fields import FieldInfo

from migbot.settings import PREFIX, PROJECT, Settings


def main() -> int:
    """Run the command."""
    sys.stdout.write("\n".join(table(Settings.model_fields.items())) + "\n")
    return 0


def table(fields: Iterable[tuple[str, FieldInfo]]) -> Iterable[str]:
    """Yield the lines of the table, one row for each setting, in the order of the code."""
    yield "| setting | default | allowed | what for |"
    yield "|---|---|---|---|"
    for name, field in fields:
        cells = (f"`{PREFIX}{name.upper()}`", default(field.default), allowed(field))
        yield f"| {' | '.join(cells)} | {field.description} |"


def default(value: object) -> str:
    """Return a default as a reader sees it, without the paths of this machine."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, Path):
        if value.is_relative_to(PROJECT):
            return f"`{value.relative_to(PROJECT)}` in the project"
        data = user_data_path("migbot", appauthor=False).parent
        return f"`{value.relative_to(data)}` in your data folder"
    # Ticks would hide a space at the end, so quotes go around text that has one.
    shown = f'"{value}"' if isinstance(value, str) and value != value.strip() else str(value)
    return f"`{shown}`" if shown else "empty"


def allowed(field: FieldInfo) -> str:
    """Return which values a setting takes."""
    kind = field.annotation
    if get_origin(kind) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(kind))
    if kind is bool:
        return "`true`, `false`"
    if kind in (int, float):
        least = next(rule for rule in field.metadata if isinstance(rule, Ge | Gt))
        most = next(rule.le for rule in field.metadata if isinstance(rule, Le))
        return f"above {least.gt} to {most}" if isinstance(least, Gt) else f"{least.ge} to {most}"
    return "a path" if kind in (Path, Path | None) else "text"


if __name__ == "__main__":
    sys.exit(main())
