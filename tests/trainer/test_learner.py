"""One optimiser step, and what it starts from."""

import math

import pytest
import torch

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.errors import CheckpointError, ConfigError
from colorize_cli.model.checkpoint import save_network
from colorize_cli.model.header import Header
from colorize_cli.model.network import Network
from trainer.config import OptimConfig, TrainConfig
from trainer.crew import Crew
from trainer.data import Batch
from trainer.learner import Learner, learning_rate, make_network
from trainer.memory import blank


def random_batch(count: int, side: int = 16) -> Batch:
    """A batch of noise."""
    generator = torch.Generator().manual_seed(0)

    def draw(channels: int) -> torch.Tensor:
        return torch.randn(count, channels, side, side, generator=generator)

    return Batch(draw(1), draw(2), draw(1))


def weights_after(learner, steps: int = 2) -> torch.Tensor:
    """All weights in a row after a few steps on the same batch."""
    batch = random_batch(learner.config.optim.batch_size)
    for iteration in range(steps):
        learner.step(batch, iteration, 1e-3)
    return torch.cat([p.detach().flatten() for p in learner.parameters])


def test_learning_rate_warms_up_and_falls():
    """Linear up to lr, then half a cosine down to final_lr of it."""
    optim = OptimConfig(lr=1.0, warmup=10, final_lr=0.1)
    assert learning_rate(optim, 0, 0.0) == pytest.approx(0.1)
    assert learning_rate(optim, 9, 0.0) == pytest.approx(1.0)
    assert learning_rate(optim, 500, 0.5) == pytest.approx(0.55)
    assert learning_rate(optim, 999, 1.0) == pytest.approx(0.1)


def test_constant_rate_of_the_reference():
    """Without warm-up and fall the rate is lr throughout."""
    optim = TrainConfig.load("reference").optim
    assert {learning_rate(optim, k, k / 10) for k in range(10)} == {5e-5}


def test_same_seed_same_weights(settings, make_learner):
    """Two learners of the same settings make the same steps."""
    first, second = (weights_after(make_learner(settings())) for _ in range(2))
    assert torch.equal(first, second)
    other = weights_after(make_learner(settings("seed=1")))
    assert not torch.equal(first, other)


@pytest.mark.parametrize("vivid", [0.0, 3.0])
def test_accumulation_does_not_change_the_step(settings, make_learner, vivid):
    """Four photos at once, or in two parts."""
    weighed = f"loss.vivid={vivid}"
    whole = weights_after(make_learner(settings(weighed)), steps=1)
    apart = settings(weighed, "optim.accumulation=2")
    parts = weights_after(make_learner(apart), steps=1)
    torch.testing.assert_close(parts, whole, atol=2e-6, rtol=0)


def test_share_without_equal_parts_is_refused(settings):
    """Four photos over two processes cannot be cut into four parts each."""
    config = settings("optim.accumulation=4")
    with pytest.raises(ConfigError, match="4 is not a multiple of 2 processes times 4"):
        Learner(config, make_network(config), torch.device("cpu"), Crew(0, 2))


def test_gradient_checkpointing_does_not_change_the_step(settings, make_learner):
    """It computes again what it did not keep."""
    plain = weights_after(make_learner(settings()))
    saved = weights_after(make_learner(settings("optim.gradient_checkpointing=true")))
    torch.testing.assert_close(saved, plain, atol=2e-6, rtol=0)


def test_channels_last_does_not_change_the_step(settings, make_learner):
    """Only the layout in memory differs."""
    plain = weights_after(make_learner(settings()))
    learner = make_learner(settings("optim.channels_last=true"))
    torch.testing.assert_close(weights_after(learner), plain, atol=1e-4, rtol=0)
    weight = learner.network.unet.input_blocks[0][0].weight
    assert weight.is_contiguous(memory_format=torch.channels_last)


def test_bfloat16_keeps_float32_weights(settings, make_learner):
    """Mixed precision, and a finite loss."""
    learner = make_learner(settings("optim.bf16=true"))
    result = learner.step(random_batch(4), 0, 1e-3)
    assert math.isfinite(result.loss)
    assert {p.dtype for p in learner.parameters} == {torch.float32}


def test_step_repeats_a_batch_better(settings, make_learner):
    """The loss on the same draws falls when the same step is made again."""
    learner = make_learner(settings())
    batch = random_batch(4)
    losses = [float(learner.step(batch, 0, 2e-3).loss) for _ in range(8)]
    assert losses[-1] < 0.9 * losses[0]


def test_gradients_are_clipped(settings, make_learner):
    """The norm is reported as it was; the step is that of the clipped gradient."""
    moved = {}
    for limit in (1e-9, 0.0):
        learner = make_learner(settings(f"optim.clip_norm={limit}"))
        before = torch.cat([p.detach().flatten() for p in learner.parameters])
        result = learner.step(random_batch(4), 0, 1e-3)
        assert result.grad_norm > 0.01
        after = torch.cat([p.detach().flatten() for p in learner.parameters])
        moved[limit] = float((after - before).abs().sum())
    # Adam divides by the gradient's size, up to its epsilon of 1e-8.
    assert moved[1e-9] < 0.5 * moved[0.0]


def test_optimizer_is_the_one_named(settings, make_learner):
    """Adam for the tutorial, AdamW for the model that is shipped."""
    kinds = {
        name: type(make_learner(settings(f"optim.optimizer={name}")).optimizer)
        for name in ("adam", "adamw")
    }
    assert kinds == {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}


def test_encoder_is_imagenets_and_stays_so(settings, make_learner):
    """Frozen weights are not trained; the projections are."""
    learner = make_learner(
        settings("model.patch=2", "model.encoder.strides=[8]", "model.image_size=32")
    )
    encoder = learner.network.encoder
    frozen = {name: p.clone() for name, p in encoder.backbone.named_parameters()}
    assert float(frozen["stem.weight"].std()) > 0.1
    batch = random_batch(4, side=32)
    inner = torch.nn.functional.interpolate(batch.luminance, scale_factor=2)
    for iteration in range(2):
        learner.step(Batch(batch.L, batch.y0, inner), iteration, 1e-3)
    for name, parameter in encoder.backbone.named_parameters():
        assert torch.equal(parameter, frozen[name])
    assert any(p.abs().sum() > 0 for p in encoder.projections.parameters())


def test_all_that_is_trained_has_a_gradient(settings, make_learner):
    """Several processes wait for each other's; the encoder's last blocks have none."""
    learner = make_learner(
        settings(
            *("model.patch=2", "model.encoder.strides=[8]", "model.image_size=32"),
            "optim.encoder_lr=0.1",
        )
    )
    batch, draws = blank(learner, 32)
    learner.loss(batch, draws, learner.network).backward()
    assert all(parameter.grad is not None for parameter in learner.parameters)


def test_encoder_learns_at_its_share_of_the_rate(settings, make_learner):
    """The first step of Adam moves weights by their learning rate."""
    learner = make_learner(
        settings(
            *("model.patch=2", "model.encoder.strides=[8]", "model.image_size=32"),
            *("optim.encoder_lr=0.1", "optim.optimizer=adam", "optim.clip_norm=0"),
        )
    )
    network = learner.network
    for projection in network.encoder.projections.parameters():
        torch.nn.init.normal_(projection)
    torch.nn.init.normal_(network.unet.out[-1].weight)
    watched = [network.encoder.backbone.stem.weight, network.unet.out[-1].weight]
    before = [weight.detach().clone() for weight in watched]
    batch = random_batch(4, side=32)
    inner = torch.nn.functional.interpolate(batch.luminance, scale_factor=2)
    learner.step(Batch(batch.L, batch.y0, inner), 0, 1e-3)
    steps = [(w - b).abs().median() for w, b in zip(watched, before, strict=True)]
    assert [step.item() for step in steps] == pytest.approx([1e-4, 1e-3], rel=0.05)
    assert any(name.startswith("encoder.backbone.") for name in learner.ema.weights)


def write_weights(path, config: TrainConfig):
    """A model file of random weights."""
    torch.manual_seed(7)
    network = Network(config.model)
    header = Header(config=config.model, schedule=NoiseSchedule.cosine(4))
    save_network(path, network, header)
    return network


def test_training_starts_from_given_weights(settings, tmp_path):
    """Size and dropout may differ from those they were trained with."""
    path = tmp_path / "w.safetensors"
    network = write_weights(path, settings())
    config = settings(f"init={path}", "model.image_size=32", "model.dropout=0.1")
    state = make_network(config).state_dict()
    assert all(torch.equal(state[k], v) for k, v in network.state_dict().items())


def test_weights_of_another_recipe_are_refused(settings, tmp_path):
    """What the network means by its answer cannot change."""
    path = tmp_path / "w.safetensors"
    write_weights(path, settings())
    config = settings(f"init={path}", "model.embedding=gamma")
    with pytest.raises(ConfigError, match=r"model\.embedding: is gamma, but .* angle"):
        make_network(config)


def test_missing_weights_are_named(settings, tmp_path):
    """The file of init."""
    with pytest.raises(CheckpointError, match=r"gone\.safetensors: no such file"):
        make_network(settings(f"init={tmp_path / 'gone.safetensors'}"))
