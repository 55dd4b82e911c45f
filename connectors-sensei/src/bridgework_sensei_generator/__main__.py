"""``python -m bridgework_sensei_generator --patients N --seed S DIR``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click
import orjson

from bridgework_sensei_generator.generator import generate
from bridgework_sensei_generator.later import generate_delta


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--patients", type=click.IntRange(1, 1_000_000), default=500, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--defects/--no-defects", default=True, help="Plant the defects of the audit catalogue.")
@click.option("--blocking/--no-blocking", default=True, help="Plant defects that block a load, too.")
@click.option("--later", type=click.Choice(["full", "delta"]), help="The export of two days later instead.")
@click.option("--documents", type=click.FloatRange(0, 1), default=0.3, show_default=True, help="Share with a document.")
def main(
    folder: Path,
    patients: int,
    seed: int,
    defects: bool,
    blocking: bool,
    later: Literal["full", "delta"] | None,
    documents: float,
) -> None:
    """Write the export of an invented practice into FOLDER and the truth about it beside it."""
    if later:
        truth = generate_delta(
            folder,
            patients=patients,
            seed=seed,
            mode=later,
            defects=defects,
            blocking=blocking,
            documents=documents,
        )
    else:
        truth = generate(folder, patients=patients, seed=seed, defects=defects, blocking=blocking, documents=documents)
    click.echo(orjson.dumps(truth.summary, option=orjson.OPT_INDENT_2).decode())


if __name__ == "__main__":
    main()
