"""`python -m tests.scoreboard SEEDS [--first N] [--unit CODE] [--office] [--worst N]`: the board, then the worst cases."""

from __future__ import annotations

import argparse
import sys

from config.loading import reference_campaign
from parsers.read import Outside
from service.convert import OutsidePrograms
from tests.requirements import LIBREOFFICE, found
from tests.scoreboard.scoreboard import Case, board, run, worst
from tests.servers_libreoffice import LibreOffice


def main() -> int:
    """Run the seeds; 1 when something happened that must not."""
    asked = argparse.ArgumentParser(prog="python -m tests.scoreboard", description=__doc__)
    asked.add_argument("seeds", type=int, nargs="?", default=6)
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--unit", action="append", default=[])
    asked.add_argument("--office", action="store_true", help="let LibreOffice write .doc, .pdf, .odt and others")
    asked.add_argument("--worst", type=int, default=8)
    options = asked.parse_args()
    program = found(LIBREOFFICE) if options.office else None
    outside = Outside(convert=OutsidePrograms(seconds=60).convert) if program else Outside()
    cases: list[Case] = []
    seeds = range(options.first, options.first + options.seeds)
    for case in run(
        reference_campaign(),
        seeds,
        outside=outside,
        office=LibreOffice(program=program) if program else None,
        units=tuple(options.unit),
    ):
        cases.append(case)
        if case.bad:
            sys.stderr.write(worst([case]) + "\n")
    sys.stdout.write(f"{board(cases)}\n{worst(cases, options.worst)}\n")
    return int(any(case.bad for case in cases))


if __name__ == "__main__":
    sys.exit(main())
