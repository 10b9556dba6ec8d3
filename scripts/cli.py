"""The `hardstop` command line. Each command is a module of its own, registered here by one line.

Modules of commands import what is heavy inside their functions, so that help appears at once.
"""

from __future__ import annotations

import os
import sys
import traceback

import typer

from scripts import faults
from scripts.archive import archive
from scripts.backtest import backtest
from scripts.bench.command import bench
from scripts.callbacks import app as callbacks
from scripts.complaints import app as complaints
from scripts.demo import demo
from scripts.draft import draft
from scripts.evaluate import evaluate
from scripts.explain import explain
from scripts.export import export
from scripts.forget import forget
from scripts.incidents import app as incidents
from scripts.kafka import app as kafka
from scripts.keys import app as keys
from scripts.policy import app as policy
from scripts.purge import purge
from scripts.replay import replay
from scripts.report import report
from scripts.rules import app as rules
from scripts.scan import scan
from scripts.schemas import schemas
from scripts.tail import tail
from scripts.texts import wallboard_texts
from scripts.topics import app as topics
from scripts.train import train
from scripts.verify import verify
from scripts.version import version
from scripts.wallboard import wallboard
from scripts.wallboard_users import app as wallboard_users
from scripts.worker import worker

app = typer.Typer(
    name="hardstop",
    help="Hears the hard stops in live contact-center calls and puts the right person on the line.",
    epilog="Exit codes: 0 done, 1 something was found (see each command), 2 an error, 130 Ctrl-C. "
    "HARDSTOP_DEBUG=1 shows where an error came from.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(demo)
app.command()(scan)
app.command()(explain)
app.command()(draft)
app.command()(worker)
app.command()(wallboard)
app.command()(wallboard_texts)
app.command()(replay)
app.command()(tail)
app.add_typer(callbacks, name="callbacks")
app.add_typer(complaints, name="complaints")
app.add_typer(topics, name="topics")
app.add_typer(kafka, name="kafka")
app.add_typer(policy, name="policy")
app.add_typer(rules, name="rules")
app.command()(report)
app.add_typer(wallboard_users, name="wallboard-users")
app.command()(verify)
app.add_typer(incidents, name="incidents")
app.command()(archive)
app.command()(forget)
app.command()(purge)
app.add_typer(keys, name="keys")
app.command()(evaluate)
app.command()(backtest)
app.command()(train)
app.command()(export)
app.command()(bench)
app.command()(schemas)
app.command()(version)

ERROR = 2


def main() -> None:
    """Runs the command line; known errors end in one message and exit code 2."""
    try:
        app(prog_name="hardstop")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        text = faults.message(error)
        if text is None:
            raise
        if os.environ.get("HARDSTOP_DEBUG") == "1":
            traceback.print_exc()
        print(f"hardstop: {text}", file=sys.stderr)
        sys.exit(ERROR)


if __name__ == "__main__":
    main()
