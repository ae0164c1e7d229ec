"""Average the weights of several models of one kind into one file.

    python -m scripts.average_weights A.safetensors B.safetensors --out C.safetensors \
        --about recipe='mean of A and B' --about minutes=120

A "model soup" (Wortsman et al. 2022): weights that were fine-tuned from one start lie
in one basin, and their mean is often better than each. The file takes configuration and
schedule from the first model; what `colorize inspect` shows of its making is what
--about says.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from colorize_cli.model.checkpoint import load_network, save_network


def main() -> None:
    """Read, average, write in float16."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--about", action="append", default=[], metavar="KEY=VALUE")
    options = parser.parse_args()
    loaded = [load_network(path) for path in options.models]
    configs = {str(header.config) for _, header in loaded}
    if len(configs) > 1:
        parser.error("the models have different configurations")
    states = [network.state_dict() for network, _ in loaded]
    network, header = loaded[0]
    network.load_state_dict(
        {name: torch.stack([s[name] for s in states]).mean(dim=0) for name in states[0]}
    )
    about = dict(line.split("=", 1) for line in options.about)
    save_network(options.out, network, replace(header, provenance=about), torch.float16)


if __name__ == "__main__":
    main()
