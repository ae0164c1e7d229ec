"""Checkpoints that are not the tutorial's are refused with one clear line."""

import os

import pytest
import torch

from colorize_cli.errors import CheckpointError
from colorize_cli.model.config import REFERENCE
from colorize_cli.model.reference import TUTORIAL_SCHEDULE, load_tutorial_checkpoint
from tests.tutorial import BETA_SCHEDULE, UNET_CONFIG, ColorDiffusion

TINY = UNET_CONFIG | {"inner_channel": 32, "channel_mults": [1, 2], "res_blocks": 1}


@pytest.fixture
def state():
    """State dict of a small model of the tutorial, schedule buffers included."""
    model = ColorDiffusion(TINY, BETA_SCHEDULE)
    model.set_new_noise_schedule("cpu")
    return dict(model.state_dict())


@pytest.fixture
def load(tmp_path):
    """Save an object as best_model.pth and load that."""

    def save_and_load(content):
        path = tmp_path / "best_model.pth"
        torch.save(content, path)
        return load_tutorial_checkpoint(path)

    return save_and_load


def test_every_weight_keeps_its_value_and_name(load, state):
    """`denoise_fn.` becomes `unet.`; nothing else changes."""
    network, header = load(state)
    ours = network.state_dict()
    theirs = {k: v for k, v in state.items() if k.startswith("denoise_fn.")}
    assert len(ours) == len(theirs)
    for name, tensor in theirs.items():
        assert torch.equal(ours[name.replace("denoise_fn.", "unet.")], tensor)
    assert not network.training
    assert header.provenance["imported_from"] == "best_model.pth"


def test_a_bare_unet_gets_the_tutorials_schedule(load, state):
    """Weights without `denoise_fn.` and without buffers load as well."""
    prefix = "denoise_fn."
    bare = {
        name.removeprefix(prefix): tensor
        for name, tensor in state.items()
        if name.startswith(prefix)
    }
    network, header = load(bare)
    assert header.schedule == TUTORIAL_SCHEDULE
    assert torch.equal(
        network.unet.state_dict()["cond_embed.0.bias"], bare["cond_embed.0.bias"]
    )


def test_weights_without_buffers_get_the_tutorials_schedule(load, state):
    """A model saved before `set_new_noise_schedule` has weights only."""
    weights = {k: v for k, v in state.items() if k.startswith("denoise_fn.")}
    assert load(weights)[1].schedule == TUTORIAL_SCHEDULE


def test_attention_rates_without_a_level_are_kept(load, state):
    """The tutorial's 16 meets no level and leaves no trace, yet stays in the config."""
    assert load(state)[1].config.attn_res == REFERENCE.attn_res


def test_half_precision_weights_become_float32(load, state):
    """A checkpoint saved as fp16 runs in float32."""
    half = {k: v.half() if k.startswith("denoise_fn.") else v for k, v in state.items()}
    network, _ = load(half)
    assert {p.dtype for p in network.parameters()} == {torch.float32}


def zero_terminal_snr(state) -> None:
    """Make the noisiest step pure noise, in all buffers."""
    before = state["gammas"][-2]
    state["gammas"][-1] = 0
    state["sqrt_recip_gammas"][-1] = state["sqrt_recipm1_gammas"][-1] = torch.inf
    state["posterior_log_variance_clipped"][-1] = (1 - before).log()
    state["posterior_mean_coef1"][-1] = before.sqrt()
    state["posterior_mean_coef2"][-1] = 0


BIAS = "denoise_fn.out.2.bias"
BROKEN = {
    "missing weight": (lambda s: s.pop(BIAS), "out.2.bias"),
    "extra weight": (lambda s: s.update(tail=torch.ones(1)), "unknown.*tail"),
    "extra unet weight": (
        lambda s: s.update({"denoise_fn.tail": torch.ones(1)}),
        r"unknown.*unet\.tail",
    ),
    "wrong shape": (
        lambda s: s.update({BIAS: torch.ones(5)}),
        r"out\.2\.bias is \(5,\)",
    ),
    "flat weight": (
        lambda s: s.update({"denoise_fn.cond_embed.0.weight": torch.ones(3)}),
        r"cond_embed\.0\.weight",
    ),
    "RGB model": (
        lambda s: s.update({"denoise_fn.out.2.weight": torch.ones(3, 32, 3, 3)}),
        "3 channels to 3",
    ),
    "uneven widths": (
        lambda s: s.update(
            {
                "denoise_fn.cond_embed.0.weight": torch.ones(4, 48),
            }
        ),
        r"width \[32, 64\].*48",
    ),
    "no output blocks": (
        lambda s: [s.pop(k) for k in list(s) if "output_blocks" in k],
        "no UNet of the tutorial's kind",
    ),
    "missing buffer": (lambda s: s.pop("gammas"), "lacks the schedule buffer gammas"),
    "short buffer": (
        lambda s: s.update(posterior_mean_coef1=torch.ones(3)),
        r"posterior_mean_coef1 is \(3,\), gammas is \(20,\)",
    ),
    "contradicting buffer": (
        lambda s: s.update(gammas=s["gammas"] * 0.99),
        "gammas contradicts",
    ),
    "reversed schedule": (
        lambda s: s.update(
            {k: v.flip(0) for k, v in s.items() if not k.startswith("denoise_fn.")}
        ),
        "contradicts|schedule",
    ),
    "infinite noise": (
        lambda s: s["sqrt_recipm1_gammas"].__setitem__(-1, torch.inf),
        "gammas contradicts",
    ),
    "zero terminal SNR": (zero_terminal_snr, "gamma 0"),
}


@pytest.mark.parametrize(("change", "message"), BROKEN.values(), ids=BROKEN)
def test_a_changed_state_dict_is_refused(load, state, change, message):
    """Weights and buffers must be exactly those of one model; the error names one."""
    change(state)
    with pytest.raises(CheckpointError, match=message) as caught:
        load(state)
    assert "best_model.pth" in str(caught.value)
    assert "\n" not in str(caught.value)


class Trap:
    """Unpickled carelessly, it would create a file."""

    def __init__(self, path):
        """Keep the path that the code would create."""
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_weights_that_are_not_in_the_file_are_refused(load, state):
    """A terabyte of one number repeated is small until it is converted."""
    name = "denoise_fn.cond_embed.0.weight"
    state[name] = torch.zeros(1, dtype=torch.float16).expand(1_000_000, 1_000_000)
    with pytest.raises(CheckpointError, match="more than the whole file has"):
        load(state)


def test_code_in_a_pickle_is_refused_and_not_run(load, state, tmp_path):
    """Only tensors are read; the trap does not spring."""
    trap = tmp_path / "sprung"
    with pytest.raises(CheckpointError, match="more than tensors"):
        load(state | {"trap": Trap(trap)})
    assert not trap.exists()


@pytest.mark.parametrize(
    "content",
    [
        {},
        [1, 2],
        torch.ones(3),
        {"model": {"weight": torch.ones(1)}},
        {3: torch.ones(1)},
    ],
    ids=["empty", "list", "tensor", "nested", "numbered"],
)
def test_other_contents_are_refused(load, content):
    """Only a flat dict of named tensors is a state dict."""
    with pytest.raises(CheckpointError, match="not a state dict"):
        load(content)


@pytest.mark.parametrize("kept", [0, 10, 3000, -100])
def test_truncated_files_are_refused(tmp_path, state, kept):
    """A download that stopped early is one line, wherever it stopped."""
    path = tmp_path / "best_model.pth"
    torch.save(state, path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(CheckpointError, match=r"best_model\.pth: "):
        load_tutorial_checkpoint(path)


def test_text_and_missing_files_and_folders_are_refused(tmp_path):
    """What is no PyTorch file at all is named."""
    text = tmp_path / "notes.pth"
    text.write_text("not a checkpoint")
    for path in (text, tmp_path / "absent.pth", tmp_path):
        with pytest.raises(CheckpointError, match=path.name):
            load_tutorial_checkpoint(path)
