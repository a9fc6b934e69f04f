"""One figure: a name of the contract (docs: bench/README.md), its value, and the limit measured in the same run."""

from typing import Any


def figure(
    name: str, value: float, unit: str, limit: float | None = None, note: str = "", **more: Any
) -> dict[str, Any]:
    """`more` goes into var/bench.json beside the contract's keys; `note` is only printed."""
    ratio = value / limit if limit else None
    return {"name": name, "value": value, "unit": unit, "limit": limit, "ratio": ratio, **more, "note": note}


def line(figure: dict[str, Any]) -> str:
    """As it is printed."""
    limit = f"  limit {figure['limit']:.1f}  ratio {figure['ratio']:.2f}" if figure["limit"] else ""
    return f"{figure['name']:<22} {figure['value']:>10.2f} {figure['unit']:<12} {figure['database']}{limit}  {figure['note']}"
