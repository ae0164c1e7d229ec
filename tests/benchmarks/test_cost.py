"""What a photo costs: the arithmetic, with runs whose cost is known."""

from benchmarks import bench_cost


def test_starting_is_not_counted(tmp_path, monkeypatch):
    """Runs of 7 s and half a second a photo cost half a second a photo."""

    def cost(folder, megapixels, count, extra):
        for name, size in (("photos", 250_000), ("out", 500_000)):
            (folder / name).mkdir(parents=True)
            for i in range(count):
                (folder / name / f"{i}.jpg").write_bytes(bytes(size))
        return 7 + 0.5 * count

    monkeypatch.setattr(bench_cost, "cost", cost)
    record = tmp_path / "cost.md"
    sizes = ["--megapixels", "12", "--few", "1", "--more", "3"]
    bench_cost.main([*sizes, "--output", str(record)])
    assert "| 12 | 0.50 | 7,200 | 0.25 | 0.50 |" in record.read_text()
