"""Weights files: safetensors with a JSON header that says what the weights are.

The format is described in docs/checkpoint.md.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from colorize_cli.errors import CheckpointError
from colorize_cli.model.header import HEADER_KEY, Header
from colorize_cli.model.network import Network

__all__ = ["assign_strictly", "load_network", "read_header", "save_network"]


def read_header(path: Path) -> Header:
    """Read only the header of a safetensors model.

    Raises:
        CheckpointError: If the file is missing, damaged, or not a model.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
    except FileNotFoundError as error:
        raise CheckpointError(path, "no such file") from error
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            path, f"cannot be read as safetensors: {error}"
        ) from error
    return Header.from_text(path, metadata.get(HEADER_KEY))


def save_network(
    path: Path, network: Network, header: Header, dtype: torch.dtype = torch.float32
) -> None:
    """Write weights and header to `path`, the floats as `dtype`.

    The provenance gains the number of parameters, which a reader without torch cannot
    count.
    """
    state = {
        name: tensor.detach().to("cpu", dtype).contiguous()
        for name, tensor in network.state_dict().items()
    }
    count = sum(tensor.numel() for tensor in state.values())
    stamped = replace(header, provenance={**header.provenance, "parameters": count})
    # Not `save_file`, whose files nobody but their owner may read.
    path.write_bytes(save(state, metadata={HEADER_KEY: stamped.to_text()}))


def load_network(path: Path) -> tuple[Network, Header]:
    """The float32 network in evaluation mode, and its header.

    Raises:
        CheckpointError: If weights are missing, superfluous, or of the wrong shape.
    """
    header = read_header(path)
    with safe_open(path, framework="pt") as file:
        state = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    with torch.device("meta"):
        network = Network(header.config)
    assign_strictly(path, network, state)
    return network.eval(), header


def assign_strictly(
    path: Path, network: torch.nn.Module, state: Mapping[str, Tensor]
) -> None:
    """Give the network these weights, all of them and no others.

    Raises:
        CheckpointError: Names the first few weights that do not fit.
    """
    wanted = {name: tensor.shape for name, tensor in network.state_dict().items()}
    missing = sorted(set(wanted) - set(state))
    extra = sorted(set(state) - set(wanted))
    shapes = [n for n in wanted if n in state and state[n].shape != wanted[n]]
    for kind, names in (("lacks", missing), ("has unknown", extra)):
        if names:
            raise CheckpointError(
                path, f"{kind} {len(names)} weights, for instance {names[0]}"
            )
    if shapes:
        name = shapes[0]
        raise CheckpointError(
            path,
            f"weight {name} is {tuple(state[name].shape)}, "
            f"its config needs {tuple(wanted[name])}",
        )
    network.load_state_dict(dict(state), strict=True, assign=True)
