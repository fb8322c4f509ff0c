"""The command line: `switchroom serve`, `check`, `simulate`, `explain` and the others that `--help` lists.

A mistake is answered in one sentence and status 78 (2 for an option that does not exist); what each command does is in
`config/serving.py`, `config/commands.py`, `config/dialplan_command.py`, `config/past_commands.py`,
`config/simulate_command.py` and `config/tune.py`.
"""

import typer

from config import commands, dialplan_command, past_commands, serving, simulate_command, stories_command, tune

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Switchroom, the contact-center engine.",
)
app.command()(serving.serve)
app.command(hidden=True)(serving.engine)
app.command(hidden=True)(serving.rehearse)
for command in (commands.check, commands.apply, commands.agent, commands.password, commands.export, commands.bench):
    app.command()(command)
app.command()(dialplan_command.dialplan)
app.command()(past_commands.explain)
app.command("replay")(past_commands.replay_command)
app.command()(simulate_command.simulate)
app.command("tune")(tune.tune_command)
app.command()(stories_command.stories)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
