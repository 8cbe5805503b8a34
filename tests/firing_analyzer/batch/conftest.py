"""Folders of many short recordings, links to a few simulated ones."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from recordings.dataset.bids import save_recording
from recordings.synth import Schedule, simulate_session

#: As short as can be: one raise or two.
_LAGS = ((-140.0, -140.0), (140.0,), (-30.0,))

MakeMany = Callable[[Path, int], list[Path]]


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three short recordings of a dataset."""
    folder = tmp_path_factory.mktemp("few")
    return [
        save_recording(
            folder,
            simulate_session(
                seed=seed,
                lags_ms=lags,
                rate_hz=500.0,
                schedule=Schedule(
                    lead_in_s=2.0, every_s=(5.0, 5.0), duration_s=3.0 + 5.0 * len(lags), with_events=False
                ),
            ).recording,
            participant=f"{seed:05d}",
            session="01",
            leg="left",
        ).path
        for seed, lags in enumerate(_LAGS)
    ]


@pytest.fixture(scope="session")
def make_many(few: list[Path]) -> MakeMany:
    """Fill a folder with a dataset of so many participants."""

    def make(folder: Path, count: int) -> list[Path]:
        made: list[Path] = []
        for number in range(count):
            source = few[number % len(few)]
            was, code = source.name[:9], f"sub-{number:05d}"
            emg = folder / code / "ses-01" / "emg"
            emg.mkdir(parents=True)
            for file in source.parent.iterdir():
                target = emg / file.name.replace(was, code)
                if file.suffix == ".bdf":
                    os.link(file, target)
                else:  # the sidecar names its own files; a table may be changed by a test
                    target.write_text(file.read_text(encoding="utf-8").replace(was, code), encoding="utf-8")
            made.append(emg / source.name.replace(was, code))
        return made

    return make
