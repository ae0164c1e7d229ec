"""Where a run is carried out: in this process, or by the machines of a cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorize_cli.commands.settings import auto_batch_size, check_size
from colorize_cli.errors import EngineError
from colorize_cli.extras import cure

if TYPE_CHECKING:
    from colorize_cli.files import Plan
    from colorize_cli.model.backend import Chosen
    from colorize_cli.report import Outcome, Report
    from colorize_cli.settings import BatchSettings

    Run = Callable[
        [Plan, BatchSettings, Callable[[Outcome], None], Callable[[], None]], Report
    ]

__all__ = ["Engine", "opened_engine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What carries out plans.

    Attributes:
        model: The model that it uses, and where that runs.
        settings: How the run is done, batch size included.
        run: Colorizes the photos of a plan; takes the plan, how it is done, what to
            call as photos end, and what to call if the user ends the run.
    """

    model: "Chosen"
    settings: "BatchSettings"
    run: "Run"


@contextmanager
def opened_engine(
    settings: "BatchSettings", out: Path | str, options: dict[str, Any]
) -> Iterator[Engine]:
    """The engine that the options ask for, ready to work.

    Raises:
        ModelError: If the model cannot be used.
        PlanError: If it cannot work at the size that was asked for.
        EngineError: If there is no cluster to work on.
    """
    if options["engine"] == "ray":
        with ray_engine(settings, out, options) as engine:
            yield engine
    else:
        yield local_engine(settings, options)


def local_engine(settings: "BatchSettings", options: dict[str, Any]) -> Engine:
    """The model in this process."""
    from colorize_cli.batch.run import run_batch
    from colorize_cli.model import load_model

    model = load_model(options["model"], options["backend"], options["device"])
    check_size(options["size"], model.header.config)
    if options["batch_size"] is None:
        settings = replace(settings, batch_size=auto_batch_size(model.backend.device))

    return Engine(
        model=model,
        settings=settings,
        run=lambda plan, how, *told: run_batch(plan, model, how, *told),
    )


@contextmanager
def ray_engine(
    settings: "BatchSettings", out: Path | str, options: dict[str, Any]
) -> Iterator[Engine]:
    """Workers in a Ray cluster; the model is loaded there, not here."""
    try:
        from colorize_cli.cluster.pool import device_for, joined_cluster
    except ImportError as error:
        raise EngineError(f"--engine ray needs Ray; {cure('ray')} ({error})") from error
    from colorize_cli.cluster.run import run_on_ray
    from colorize_cli.cluster.worker import Orders, Runtime
    from colorize_cli.model import find_model, read_header, weights_hash

    path = find_model(options["model"])
    check_size(options["size"], read_header(path).config)
    with joined_cluster(options["ray_address"]):
        device = device_for(options["device"])
        if options["batch_size"] is None:
            settings = replace(settings, batch_size=auto_batch_size(device))
        orders = Orders(
            folder=Path.cwd(),
            out=out,
            path=path,
            weights_hash=weights_hash(path),
            backend=Runtime(options["backend"], device),
            settings=settings,
        )
        yield Engine(
            model=orders,
            settings=settings,
            run=lambda plan, how, *told: run_on_ray(
                replace(orders, settings=how), plan, *told
            ),
        )
