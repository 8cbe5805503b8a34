"""A stream goes into a journal and comes out as it was, or is refused by name."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.journal import JournalStream
from recordings.model import Channel
from sensors.describe import from_journal, to_journal
from sensors.errors import SensorError
from sensors.model import Setting, Stream
from sensors.open import open_source

NAMES = st.text(min_size=1, max_size=12)
SETTINGS: st.SearchStrategy[Setting] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
STREAMS = st.builds(
    Stream,
    NAMES,
    st.lists(
        st.builds(
            Channel,
            NAMES,
            kind=st.sampled_from(["emg", "envelope", "acc", "gyro"]),
            unit=st.sampled_from(["uV", "m/s2", ""]),
            device=st.none() | NAMES,
        ),
        min_size=1,
        max_size=6,
    ).map(tuple),
    st.floats(1, 10_000),
    NAMES,
    st.sampled_from(["packed", "of a plug-in"]),
    st.integers(1, 9),
    settings=st.dictionaries(NAMES, SETTINGS, max_size=4),
    scale_known=st.booleans(),
)


@given(STREAMS)
def test_what_goes_in_comes_out_through_json(stream: Stream) -> None:
    told = to_journal(stream)
    through = replace(told, description=json.loads(json.dumps(told.description)))
    assert from_journal(through) == stream


@pytest.mark.parametrize(
    "uri", ["sim:glute_first?imu=1#glute", "sim:together?counter=8#shoulder", "sim:noisy?envelope=20#glute"]
)
def test_every_simulated_stream_survives(uri: str) -> None:
    for stream in open_source(uri).streams:
        told = to_journal(stream)
        assert from_journal(replace(told, description=json.loads(json.dumps(told.description)))) == stream


@pytest.mark.parametrize(
    "change",
    [
        {"nominal_rate_hz": "fast"},
        {"surprise": 1},
        {"channels": [{"label": "GM_L", "kind": "telepathy"}]},
        {"channels": "GM_L"},
        {"device": None},
    ],
)
def test_a_description_that_is_not_understood_is_refused_by_name(change: dict[str, object]) -> None:
    told = to_journal(open_source("sim:glute_first#glute", name="my glute").streams[0])
    spoilt = JournalStream(told.name, told.decoder, 1, {**told.description, **change})  # pyright: ignore
    with pytest.raises(SensorError, match=r"my glute.*not understood") as caught:
        from_journal(spoilt)
    assert "\n" not in str(caught.value)


def test_a_description_that_lacks_something_is_refused() -> None:
    told = to_journal(open_source("sim:glute_first#glute").streams[0])
    spoilt = JournalStream(told.name, told.decoder, 1, {"device": "glute"})
    with pytest.raises(SensorError, match="not understood"):
        from_journal(spoilt)
