"""The two channels whose order is asked for: a gluteus maximus and the upper trapezius of the other side."""

from dataclasses import dataclass, replace
from typing import Final, Literal

from recordings.errors import ChannelError, UnitError
from recordings.labels import recognise
from recordings.listing import listed_channels
from recordings.model import GLUTE, SHOULDER, Channel, Kind, Recording, Side, Signal, opposite
from recordings.units import check_comparable, kind_of_unit, says_nothing

_SIDES: Final[tuple[Side, Side]] = ("left", "right")
_MUSCLE_OF: Final = {"glute": GLUTE, "shoulder": SHOULDER}
#: What to do where the leg cannot be known, on the command line and in Python.
_STATE_THE_LEG: Final = "state --leg left or --leg right (in Python leg='left' or leg='right')"
_MUSCLE_ACTIVITY: Final[tuple[Kind, ...]] = ("emg", "envelope")
_MEASURES: Final[dict[Kind, str]] = {
    "emg": "EMG",
    "envelope": "an EMG envelope",
    "acc": "acceleration",
    "gyro": "angular rate",
    "angle": "an angle",
    "other": "neither EMG nor movement",
}


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The raised leg and the two signals that go with it.

    Attributes
    ----------
    leg : {"left", "right"}
    glute : Signal
        Gluteus maximus of that leg.
    shoulder : Signal
        Upper trapezius of the other side.
    """

    leg: Side
    glute: Signal
    shoulder: Signal


def find_channel(recording: Recording, muscle: str, side: Side, *, kind: Kind = "emg") -> str:
    """Return the label of the one channel of this muscle, side and kind.

    Raises
    ------
    ChannelError
        If there is none, or more than one.
    """
    return _only(recording, muscle, side, kind).channel.label


def choose_pair(recording: Recording) -> Pair:
    """Choose the glute of the raised leg and the opposite shoulder.

    Channels may be named outright (`recording.glute`, `recording.shoulder`), whatever their labels say, but
    for two things: a channel that is labelled as the one muscle cannot be named as the other, and neither can
    be of the side that does not go with the leg. Either would turn the verdict around. Without a leg, it is
    taken from the labels where only one side makes a pair.

    Raises
    ------
    ChannelError
        If a channel is unknown, named twice, missing, doubled or of another kind, if its label contradicts
        what it is named as, or the leg cannot be known.
    UnitError
        If a unit is not one of muscle activity, or the two cannot be the same quantity.
    """
    glute = _named(recording, recording.glute) if recording.glute else None
    shoulder = _named(recording, recording.shoulder) if recording.shoulder else None
    if glute is not None and glute is shoulder:
        raise _refusal(
            recording,
            f"channel {glute.channel.label!r} is named as glute and as shoulder; name two",
        )
    _check_roles(recording, glute, shoulder)
    if glute is None or shoulder is None:
        _check_enough(recording)
    leg = recording.leg or _leg(recording, glute, shoulder)
    _check_sides(recording, leg, glute, shoulder)
    if glute is None or shoulder is None:
        kind = _shared_kind(recording, leg, glute, shoulder)
        glute = glute or _only(recording, GLUTE, leg, kind)
        shoulder = shoulder or _only(recording, SHOULDER, opposite(leg), kind)
    if glute is shoulder:
        raise _refusal(
            recording, f"channel {glute.channel.label!r} would be glute and shoulder; name two channels"
        )
    _check_kinds(recording, glute, shoulder)
    _check_units(recording, glute.channel, shoulder.channel)
    return Pair(leg, _as_activity(glute), _as_activity(shoulder))


def _check_roles(recording: Recording, glute: Signal | None, shoulder: Signal | None) -> None:
    """Refuse a channel that is labelled as the one muscle and named as the other: it mirrors the verdict."""
    for named, role, contrary in ((glute, "glute", SHOULDER), (shoulder, "shoulder", GLUTE)):
        if named is not None and named.channel.muscle == contrary:
            raise _refusal(
                recording,
                f"{named.channel.label} is labelled {_labelled(named.channel)} but named as {role}; "
                f"{'swap the two' if glute and shoulder else 'name another'}, or rename the channel",
            )


def _check_sides(recording: Recording, leg: Side, glute: Signal | None, shoulder: Signal | None) -> None:
    """Refuse a named glute or shoulder that is labelled as that of the side that does not go with the leg."""
    for named, role, side in ((glute, "glute", leg), (shoulder, "shoulder", opposite(leg))):
        if named is None or named.channel.muscle != _MUSCLE_OF[role] or named.channel.side in (side, None):
            continue
        other = opposite(leg)
        fits = _can_be(other, recording, glute, shoulder)
        raise _refusal(
            recording,
            f"{named.channel.label} is labelled {_labelled(named.channel)} but named as {role} where the "
            f"{leg} leg is raised; "
            + (f"{_fitting(other)}, or rename the channel" if fits else f"name a channel of the {side} side"),
        )


def _labelled(channel: Channel) -> str:
    return f"{channel.side} {channel.muscle}" if channel.side else f"{channel.muscle}"


def _fitting(leg: Side) -> str:
    return f"the labels fit --leg {leg} (in Python leg={leg!r})"


def _only(recording: Recording, muscle: str, side: Side, kind: Kind) -> Signal:
    found = _candidates(recording, muscle, side, kind)
    if len(found) == 1:
        return found[0]
    role: Literal["glute", "shoulder"] = "glute" if muscle == GLUTE else "shoulder"
    option = f"--{role} (in Python {role}=...)"
    if found:
        labels = listed_channels(found)
        problem = f"{len(found)} channels could be the {side} {muscle} ({labels}); name one with {option}"
    else:
        other = opposite(side if muscle == GLUTE else opposite(side))
        named = [_named(recording, name) if name else None for name in (recording.glute, recording.shoulder)]
        fits = recording.leg is not None and _can_be(other, recording, *named)
        advice = f"{_fitting(other)}, or name it with {option}" if fits else f"name it with {option}"
        problem = f"no channel is labelled as {side} {muscle}; {advice}, there is {_listed(recording)}"
    raise ChannelError(problem, path=recording.path, available=recording.labels)


def _named(recording: Recording, label: str) -> Signal:
    if label not in recording.labels:
        alike = [known for known in recording.labels if known.casefold().strip() == label.casefold().strip()]
        if len(alike) == 1:
            label = alike[0]
    return recording[label]


def _candidates(recording: Recording, muscle: str, side: Side, kind: Kind) -> list[Signal]:
    return [
        signal
        for signal in recording.signals
        if (signal.channel.muscle, signal.channel.side, signal.channel.kind) == (muscle, side, kind)
    ]


def _check_enough(recording: Recording) -> None:
    """Refuse a recording in which no two channels can be muscle activity, and say why."""
    activity = {
        signal.channel.label for signal in recording.signals if signal.channel.kind in _MUSCLE_ACTIVITY
    }
    named = {name for name in (recording.glute, recording.shoulder) if name}
    if len(activity | named) > 1:
        return
    for leg in (recording.leg,) if recording.leg else _SIDES:
        _explain_mixed_sites(recording, leg)
    if activity:
        raise _refusal(
            recording,
            f"it has one EMG channel alone, {activity.pop()!r}; two are needed, a gluteus maximus "
            "and the upper trapezius of the other side",
        )
    raise _refusal(
        recording,
        f"no channel is EMG, there is {_listed(recording)}; name two with --glute and --shoulder "
        "(in Python glute=..., shoulder=...)",
    )


def _leg(recording: Recording, glute: Signal | None, shoulder: Signal | None) -> Side:
    """Tell the leg from the labels, or refuse and ask for it."""
    legs: list[Side] = [leg for leg in _SIDES if _can_be(leg, recording, glute, shoulder)]
    if len(legs) == 1:
        return legs[0]
    if legs and not (glute and shoulder):
        problem = "both sides make a pair"
    elif glute and shoulder:
        if _is_of(glute, GLUTE) and _is_of(shoulder, SHOULDER) and not legs:
            raise _refusal(
                recording,
                f"{glute.channel.label} and {shoulder.channel.label} are both labelled {glute.channel.side}, "
                "and the shoulder goes with the other side's glute; name one of the other side",
            )
        problem = "the names of the two channels do not tell which leg is raised"
    else:
        problem = f"no glute and opposite shoulder are known by their labels, there is {_listed(recording)}"
        raise _refusal(recording, f"{problem}; name them with --glute and --shoulder and {_STATE_THE_LEG}")
    raise _refusal(recording, f"{problem}; {_STATE_THE_LEG}")


def _is_of(signal: Signal, muscle: str) -> bool:
    """Whether a label tells this muscle, and its side."""
    return signal.channel.muscle == muscle and signal.channel.side is not None


def _can_be(leg: Side, recording: Recording, glute: Signal | None, shoulder: Signal | None) -> bool:
    def fits(named: Signal | None, muscle: str, side: Side) -> bool:
        if named is not None:
            return named.channel.side in (side, None)
        return any(_candidates(recording, muscle, side, kind) for kind in _MUSCLE_ACTIVITY)

    return fits(glute, GLUTE, leg) and fits(shoulder, SHOULDER, opposite(leg))


def _shared_kind(recording: Recording, leg: Side, glute: Signal | None, shoulder: Signal | None) -> Kind:
    """EMG where both sites have it, else envelopes where both have them."""
    for kind in _MUSCLE_ACTIVITY:
        has_glute = glute.channel.kind == kind if glute else bool(_candidates(recording, GLUTE, leg, kind))
        side = opposite(leg)
        has_shoulder = (
            shoulder.channel.kind == kind if shoulder else bool(_candidates(recording, SHOULDER, side, kind))
        )
        if has_glute and has_shoulder:
            return kind
    _explain_mixed_sites(recording, leg)
    return "emg"


def _explain_mixed_sites(recording: Recording, leg: Side) -> None:
    """Refuse a pair whose two sites are both there but measured in different ways."""
    sites = ((GLUTE, leg, recording.glute), (SHOULDER, opposite(leg), recording.shoulder))
    found: list[Signal] = []
    for muscle, side, name in sites:
        here = [
            signal
            for signal in recording.signals
            if (signal.channel.muscle, signal.channel.side) == (muscle, side)
        ]
        if name:
            here = [_named(recording, name)]
        if here:
            here.sort(key=lambda signal: signal.channel.kind not in _MUSCLE_ACTIVITY)
            found.append(here[0])
    if len(found) == 2:
        _check_kinds(recording, found[0], found[1])
        _check_units(recording, found[0].channel, found[1].channel)


def _check_kinds(recording: Recording, glute: Signal, shoulder: Signal) -> None:
    kinds = {glute.channel.kind, shoulder.channel.kind} - {"other"}
    if len(kinds) > 1:
        if {recognise(signal.channel.label).kind for signal in (glute, shoulder)} == {"emg"}:
            check_comparable(glute.channel.unit, shoulder.channel.unit)
        why = (
            ": a muscle works 20 to 100 ms before it moves anything, so the two cannot be timed against "
            "each other"
            if kinds & set(_MUSCLE_ACTIVITY) and kinds - set(_MUSCLE_ACTIVITY)
            else ""
        )
        raise _refusal(
            recording,
            f"{glute.channel.label!r} is {_MEASURES[glute.channel.kind]} and {shoulder.channel.label!r} is "
            f"{_MEASURES[shoulder.channel.kind]}{why}; choose two channels of the same kind",
        )
    if kinds - set(_MUSCLE_ACTIVITY):
        raise _refusal(
            recording,
            f"{glute.channel.label!r} and {shoulder.channel.label!r} are movement channels; "
            "choose two EMG channels",
        )


def _check_units(recording: Recording, glute: Channel, shoulder: Channel) -> None:
    for channel in (glute, shoulder):
        if not says_nothing(channel.unit) and kind_of_unit(channel.unit) != "emg":
            raise UnitError(
                f"channel {channel.label!r} is in {channel.unit!r}, which is not a unit of EMG; choose "
                "another channel, or write V, mV, uV or counts in the file",
                path=recording.path,
            )
    check_comparable(glute.unit, shoulder.unit)


def _as_activity(signal: Signal) -> Signal:
    """Take a channel of unknown kind that the user has named for the EMG it was named as."""
    if signal.channel.kind in _MUSCLE_ACTIVITY:
        return signal
    return replace(signal, channel=replace(signal.channel, kind="emg"))


def _listed(recording: Recording) -> str:
    return listed_channels(recording.signals)


def _refusal(recording: Recording, problem: str) -> ChannelError:
    return ChannelError(problem, path=recording.path, available=recording.labels)
