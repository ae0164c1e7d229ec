"""The comparison with the tutorial: which contenders run, and what the table says."""

from benchmarks.bench_reference import TUTORIAL, is_wanted, summary


def test_a_bar_is_met_or_missed_by_the_median():
    """Ratios are taken round by round; a contender without a bar gets no verdict."""
    seconds = {
        TUTORIAL: [26.0, 28.0, 24.0],
        "reference, onnx, batch 1": [10.0, 10.0, 10.0],
        "default, onnx, batch 1": [4.0, 4.0, 4.0],
        "reference, torch, batch 1": [13.0, 14.0, 12.0],
        "default, onnx, batch 16, 4 samples": [2.6, 2.8, 2.4],
    }
    lines = summary(seconds, photo_count=2).splitlines()[2:]
    assert [line.split(" | ")[1:] for line in lines] == [
        ["13.00 (12.00 to 14.00)", "1.00 (1.00 to 1.00)", " |"],
        ["5.00 (5.00 to 5.00)", "2.60 (2.40 to 2.80)", "1.3: met |"],
        ["2.00 (2.00 to 2.00)", "6.50 (6.00 to 7.00)", "20: missed |"],
        ["6.50 (6.00 to 7.00)", "2.00 (2.00 to 2.00)", " |"],
        ["0.33 (0.30 to 0.35)", "40.00 (40.00 to 40.00)", " |"],
    ]


def test_words_choose_contenders():
    """A name is wanted if it has all the words; no words want every name."""
    name = "reference, onnx, batch 1"
    assert is_wanted(name, ["onnx", "1"])
    assert not is_wanted(name, ["onnx", "4"])
    assert is_wanted(name, [])
