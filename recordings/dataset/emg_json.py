"""The content of ``_emg.json``: what BIDS asks for, and our block."""

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from recordings.dataset.acquisition import ChannelClock, Facts
from recordings.dataset.names import TASK
from recordings.dataset.sidecars import BLOCK, SCHEMA, StoredRecording, stored_channel, to_json
from recordings.formats.bdf_places import BdfFile
from recordings.model import Recording, Side, Signal

_TASK_DESCRIPTION: Final = (
    "Lifting one straight leg from the table in prone lying, several times, with rest between."
)


def emg_json(
    file: BdfFile,
    signals: Sequence[Signal],
    recording: Recording,
    *,
    names: tuple[str, ...],
    leg: Side,
    clocks: Mapping[str, ChannelClock],
    facts: Facts,
    source: str | None,
) -> str:
    """Write the ``_emg.json`` of one file of a recording.

    Parameters
    ----------
    file : BdfFile
        As it was written.
    signals : sequence of Signal
        Those of the file, in its order.
    recording : Recording
        Of which they are a part.
    names : tuple of str
        All BDF files of the recording.
    leg, clocks, facts, source
        As in `recordings.dataset.bids.save_recording`.
    """
    known = [clocks.get(signal.channel.label, ChannelClock()) for signal in signals]
    block = StoredRecording(
        schema=SCHEMA,
        files=names,
        file_start_s=file.start_s,
        leg=leg,
        shared_clock=recording.shared_clock,
        channels=tuple(
            stored_channel(
                signal, file, position, nominal_rate_hz=clock.nominal_rate_hz, clock_error_ms=clock.error_ms
            )
            for position, (signal, clock) in enumerate(zip(signals, known, strict=True))
        ),
        clock_error_ms=recording.clock_error_ms,
        planned_repetitions=recording.planned_repetitions,
        glute=recording.glute,
        shoulder=recording.shoulder,
        notes=recording.notes,
        source=source,
        software={"firing_analyzer": _version("firing-analyzer"), "edfio": _version("edfio")},
        devices=dict(facts.devices),
        details=dict(facts.details),
    )
    return to_json({**_bids_keys(file, signals, facts), BLOCK: block})


def _bids_keys(file: BdfFile, signals: Sequence[Signal], facts: Facts) -> dict[str, object]:
    emg = [
        stored
        for signal, stored in zip(signals, file.signals, strict=True)
        if signal.channel.kind in ("emg", "envelope")
    ]
    per_record = (emg or file.signals)[0].samples_per_record
    keys: dict[str, object] = {
        "TaskName": TASK,
        "TaskDescription": _TASK_DESCRIPTION,
        "EMGPlacementScheme": "Other",
        "EMGPlacementSchemeDescription": facts.placement,
        "EMGReference": facts.reference,
        "SamplingFrequency": per_record / file.record_s,
        "PowerLineFrequency": facts.power_line_hz if facts.power_line_hz is not None else "n/a",
        "SoftwareFilters": dict(facts.software_filters) or "n/a",
        "HardwareFilters": dict(facts.hardware_filters) or "n/a",
        "RecordingType": "continuous",
        "RecordingDuration": file.n_records * file.record_s,
        "EMGChannelCount": len(emg),
        "MISCChannelCount": len(signals) - len(emg),
        "Instructions": facts.instructions,
        "Manufacturer": facts.manufacturer,
        "ManufacturersModelName": facts.model,
        "SoftwareVersions": facts.firmware,
    }
    return {key: value for key, value in keys.items() if value is not None}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
