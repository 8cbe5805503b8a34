"""The content of ``_emg.json``: what BIDS asks for, and our block."""

from collections.abc import Sequence

from recordings.dataset.acquisition import Facts
from recordings.dataset.block import Whole, device_keys, task_keys
from recordings.dataset.sidecars import BLOCK, stored_channel, to_json
from recordings.formats.bdf_places import BdfFile
from recordings.model import Signal


def emg_json(file: BdfFile, signals: Sequence[Signal], whole: Whole) -> str:
    """Write the ``_emg.json`` of one file of a recording.

    Parameters
    ----------
    file : BdfFile
        As it was written.
    signals : sequence of Signal
        Those of the file, in its order.
    whole : Whole
        The recording of which they are a part.
    """
    clocks = [whole.clock_of(signal.channel.label) for signal in signals]
    channels = tuple(
        stored_channel(
            signal, file, position, nominal_rate_hz=clock.nominal_rate_hz, clock_error_ms=clock.error_ms
        )
        for position, (signal, clock) in enumerate(zip(signals, clocks, strict=True))
    )
    block = whole.block(channels, file_start_s=file.start_s)
    return to_json({**_bids_keys(file, signals, whole.facts), BLOCK: block})


def _bids_keys(file: BdfFile, signals: Sequence[Signal], facts: Facts) -> dict[str, object]:
    emg = [
        stored
        for signal, stored in zip(signals, file.signals, strict=True)
        if signal.channel.kind in ("emg", "envelope")
    ]
    per_record = (emg or file.signals)[0].samples_per_record
    device = facts.of_device(signals[0].channel.device)
    electrodes = facts.electrodes
    keys: dict[str, object] = {
        **task_keys(facts),
        "EMGPlacementScheme": "ChannelSpecific" if facts.placements else "Other",
        "EMGPlacementSchemeDescription": facts.placement,
        "EMGReference": facts.reference,
        "EMGGround": electrodes.ground,
        "SamplingFrequency": per_record / file.record_s,
        "PowerLineFrequency": facts.power_line_hz if facts.power_line_hz is not None else "n/a",
        "SoftwareFilters": dict(facts.software_filters) or "n/a",
        "HardwareFilters": dict(device.hardware_filters) or "n/a",
        "RecordingType": "continuous",
        "RecordingDuration": file.n_records * file.record_s,
        "EMGChannelCount": len(emg),
        "MISCChannelCount": len(signals) - len(emg),
        "InterelectrodeDistance": facts.electrode_distance_mm,
        "ElectrodeManufacturer": electrodes.manufacturer,
        "ElectrodeManufacturersModelName": electrodes.model,
        "ElectrodeMaterial": electrodes.material,
        "ElectrodeType": electrodes.kind,
        "SkinPreparation": electrodes.skin_preparation,
        **device_keys(device),
    }
    return {key: value for key, value in keys.items() if value is not None}
