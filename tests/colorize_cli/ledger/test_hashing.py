"""Hashes of photos and settings."""

from colorize_cli.ledger import content_hash, settings_hash


def test_content_is_blake2b_of_128_bits():
    """As `b2sum -l 128` prints it."""
    assert content_hash(b"abc") == "cf4ab791c62b8d2b2109c90275287816"


def test_settings_do_not_depend_on_their_order():
    """But on every name and value, and on types."""
    one = settings_hash({"seed": 1, "sampling": {"steps": None, "size": 64}})
    assert settings_hash({"sampling": {"size": 64, "steps": None}, "seed": 1}) == one
    others = [{"seed": 2}, {"seed": "1"}, {"seed": True}, {"Seed": 1}]
    assert len({settings_hash(each) for each in [{"seed": 1}, *others]}) == 5
