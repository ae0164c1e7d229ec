"""The benchmarks of the batch engine and of resuming, small, from end to end."""

from benchmarks import bench_engine, bench_resume
from colorize_cli.batch import batches
from colorize_cli.pipeline import denoise
from tests.fake_backend import fake_model


def test_the_batches_of_a_run_are_seen_and_can_be_run_again(tmp_path):
    """Every row of every photo once; afterwards nothing is watched."""
    model = fake_model(bench_engine.TINY)
    settings = bench_engine.BatchSettings(batch_size=4)
    bench_engine.write_photos(tmp_path / "photos", 6, (40, 30), seed=0)
    with bench_engine.watched_batches() as seen:
        bench_engine.run_folder(tmp_path, model, settings)
    assert [len(rows) for rows in seen] == [4, 2]
    assert batches.denoise is denoise
    for rows in seen:
        assert len(denoise(model, rows, settings.sampling)) == len(rows)


def test_a_process_says_how_much_memory_it_took():
    """More than OpenCV and less than a network would."""
    assert 20 * 1024 < bench_engine.peak_of(3) < 2 * 1024 * 1024


def test_a_finished_folder_is_resumed(tmp_path, capsys):
    """By the program itself, which finds everything done."""
    output = tmp_path / "resume.md"
    bench_resume.main(["--photos", "5", "--rounds", "1", "--output", str(output)])
    assert "| photos | 5 |" in output.read_text()
