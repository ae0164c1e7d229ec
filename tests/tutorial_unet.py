"""The tutorial's UNet, transcribed only to verify ours against it.

"Diffusion-based Image Colorization", Tien-Huy Nguyen, Khanh Duong and Nhu-Tai Do,
AI VIET NAM, 7 April 2024; its UNet is OpenAI's guided-diffusion (MIT licence).
Typed from the text, with its names and formulas; it shares no code with colorize_cli.

Two misprints of the text are corrected and marked: the output blocks run over the
levels in reverse, and ds is halved. Left out, because they change no number: gradient
checkpointing, FLOP counting, and the branches that `unet_config` never takes.
"""
# ruff: noqa: D101, D102, D107  # the tutorial has no docstrings here

import math
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

__all__ = ["UNet"]


class GroupNorm32(nn.GroupNorm):
    def forward(self, x):
        return super().forward(x.float()).type(x.dtype)


def zero_module(module):
    for p in module.parameters():
        p.detach().zero_()
    return module


def normalization(channels):
    return GroupNorm32(32, channels)


def gamma_embedding(gammas, dim, max_period=10000):
    half = dim // 2
    freqs = torch.exp(
        -math.log(max_period)
        * torch.arange(start=0, end=half, dtype=torch.float32)
        / half
    ).to(device=gammas.device)
    args = gammas[:, None].float() * freqs[None]
    embedding = torch.cat([torch.cos(args), torch.sin(args)], dim=-1)
    if dim % 2:
        embedding = torch.cat([embedding, torch.zeros_like(embedding[:, :1])], dim=-1)
    return embedding


class SiLU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)


class EmbedBlock(nn.Module):
    """Any module where forward() takes embeddings as a second argument."""


class EmbedSequential(nn.Sequential, EmbedBlock):
    def forward(self, x, emb):
        for layer in self:
            x = layer(x, emb) if isinstance(layer, EmbedBlock) else layer(x)
        return x


class Upsample(nn.Module):
    def forward(self, x):
        return F.interpolate(x, scale_factor=2, mode="nearest")


class Downsample(nn.Module):
    def __init__(self):
        super().__init__()
        stride = 2
        self.op = nn.AvgPool2d(kernel_size=stride, stride=stride)

    def forward(self, x):
        return self.op(x)


class ResBlock(EmbedBlock):
    def __init__(
        self, channels, emb_channels, dropout, out_channel=None, up=False, down=False
    ):
        super().__init__()
        self.out_channel = out_channel or channels
        self.in_layers = nn.Sequential(
            normalization(channels),
            SiLU(),
            nn.Conv2d(channels, self.out_channel, 3, padding=1),
        )
        self.updown = up or down
        if up:
            self.h_upd = Upsample()
            self.x_upd = Upsample()
        elif down:
            self.h_upd = Downsample()
            self.x_upd = Downsample()
        else:
            self.h_upd = self.x_upd = nn.Identity()
        self.emb_layers = nn.Sequential(
            SiLU(), nn.Linear(emb_channels, 2 * self.out_channel)
        )
        self.out_layers = nn.Sequential(
            normalization(self.out_channel),
            SiLU(),
            nn.Dropout(p=dropout),
            zero_module(nn.Conv2d(self.out_channel, self.out_channel, 3, padding=1)),
        )
        if self.out_channel == channels:
            self.skip_connection = nn.Identity()
        else:
            self.skip_connection = nn.Conv2d(channels, self.out_channel, 1)

    def forward(self, x, emb):
        if self.updown:
            in_rest, in_conv = self.in_layers[:-1], self.in_layers[-1]
            h = in_rest(x)
            h = self.h_upd(h)
            x = self.x_upd(x)
            h = in_conv(h)
        else:
            h = self.in_layers(x)
        emb_out = self.emb_layers(emb).type(h.dtype)
        while len(emb_out.shape) < len(h.shape):
            emb_out = emb_out[..., None]
        out_norm, out_rest = self.out_layers[0], self.out_layers[1:]
        scale, shift = torch.chunk(emb_out, 2, dim=1)
        h = out_norm(h) * (1 + scale) + shift
        h = out_rest(h)
        return self.skip_connection(x) + h


class AttentionBlock(nn.Module):
    def __init__(self, channels, num_head_channels):
        super().__init__()
        self.num_heads = channels // num_head_channels
        self.norm = normalization(channels)
        self.qkv = nn.Conv1d(channels, channels * 3, 1)
        self.attention = QKVAttentionLegacy(self.num_heads)
        self.proj_out = zero_module(nn.Conv1d(channels, channels, 1))

    def forward(self, x):
        b, c, *spatial = x.shape
        x = x.reshape(b, c, -1)
        qkv = self.qkv(self.norm(x))
        h = self.attention(qkv)
        h = self.proj_out(h)
        return (x + h).reshape(b, c, *spatial)


class QKVAttentionLegacy(nn.Module):
    def __init__(self, n_heads):
        super().__init__()
        self.n_heads = n_heads

    def forward(self, qkv):
        bs, width, length = qkv.shape
        assert width % (3 * self.n_heads) == 0
        ch = width // (3 * self.n_heads)
        q, k, v = qkv.reshape(bs * self.n_heads, ch * 3, length).split(ch, dim=1)
        scale = 1 / math.sqrt(math.sqrt(ch))
        weight = torch.einsum("bct,bcs->bts", q * scale, k * scale)
        weight = torch.softmax(weight.float(), dim=-1).type(weight.dtype)
        a = torch.einsum("bts,bcs->bct", weight, v)
        return a.reshape(bs, -1, length)


class UNet(nn.Module):
    def __init__(
        self,
        image_size,
        in_channel,
        inner_channel,
        out_channel,
        res_blocks,
        attn_res,
        dropout=0,
        channel_mults=(1, 2, 4, 8),
        num_head_channels=-1,
    ):
        super().__init__()
        self.image_size = image_size
        self.inner_channel = inner_channel
        cond_embed_dim = inner_channel * 4
        self.cond_embed = nn.Sequential(
            nn.Linear(inner_channel, cond_embed_dim),
            SiLU(),
            nn.Linear(cond_embed_dim, cond_embed_dim),
        )
        res_block = partial(ResBlock, emb_channels=cond_embed_dim, dropout=dropout)
        attention = partial(AttentionBlock, num_head_channels=num_head_channels)

        ch = input_ch = int(channel_mults[0] * inner_channel)
        self.input_blocks = nn.ModuleList(
            [EmbedSequential(nn.Conv2d(in_channel, ch, 3, padding=1))]
        )
        input_block_chans = [ch]
        ds = 1
        for level, mult in enumerate(channel_mults):
            for _ in range(res_blocks):
                layers = [res_block(ch, out_channel=int(mult * inner_channel))]
                ch = int(mult * inner_channel)
                if ds in attn_res:
                    layers.append(attention(ch))
                self.input_blocks.append(EmbedSequential(*layers))
                input_block_chans.append(ch)
            if level != len(channel_mults) - 1:
                self.input_blocks.append(
                    EmbedSequential(res_block(ch, out_channel=ch, down=True))
                )
                input_block_chans.append(ch)
                ds *= 2

        self.middle_block = EmbedSequential(res_block(ch), attention(ch), res_block(ch))

        self.output_blocks = nn.ModuleList([])
        for level, mult in list(enumerate(channel_mults))[::-1]:  # misprint: [:-1]
            for i in range(res_blocks + 1):
                ich = input_block_chans.pop()
                layers = [res_block(ch + ich, out_channel=int(inner_channel * mult))]
                ch = int(inner_channel * mult)
                if ds in attn_res:
                    layers.append(attention(ch))
                if level and i == res_blocks:
                    layers.append(res_block(ch, out_channel=ch, up=True))
                    ds //= 2  # misprint: ds // 2
                self.output_blocks.append(EmbedSequential(*layers))

        self.out = nn.Sequential(
            normalization(ch),
            SiLU(),
            zero_module(nn.Conv2d(input_ch, out_channel, 3, padding=1)),
        )

    def forward(self, x, gammas):
        hs = []
        gammas = gammas.view(-1)
        emb = self.cond_embed(gamma_embedding(gammas, self.inner_channel))
        h = x.type(torch.float32)
        for module in self.input_blocks:
            h = module(h, emb)
            hs.append(h)
        h = self.middle_block(h, emb)
        for module in self.output_blocks:
            h = torch.cat([h, hs.pop()], dim=1)
            h = module(h, emb)
        h = h.type(x.dtype)
        return self.out(h)
