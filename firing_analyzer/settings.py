"""Every number that an answer depends on, in one place, read from and written to TOML."""

import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Literal, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from firing_analyzer.errors import SettingsError

Milliseconds = Annotated[float, Meta(ge=0, le=10_000)]
Seconds = Annotated[float, Meta(ge=0, le=60)]
Decibels = Annotated[float, Meta(ge=0, le=60)]
Share = Annotated[float, Meta(gt=0, le=1)]

#: Settings that only movement sensors ask for.
MOVEMENT_SETTINGS = ("movement_margin_ms", "min_leg_height_deg")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of an analysis; the defaults are those of the method as published with this program.

    Attributes
    ----------
    margin_ms : float
        Two onsets closer than this count as together. A choice, not a finding; 50 ms by default,
        raised to `low_bandwidth_margin_ms` below 500 Hz.
    low_hz, high_hz : float
        Band of the EMG that is analysed.
    mains_hz : {"auto", "50", "60", "off"}
        Which mains hum to look for; it is subtracted only where it is found.
    heart_beat : bool
        Whether heart beats are looked for and subtracted.
    min_burst_ms, merge_gap_ms : float
        A burst is at least this long; bursts closer than the gap are one.
    min_raise_ms, raise_gap_ms : float
        Glute activity at least this long can be a raise, if it is not far shorter or fainter than the
        others; activity closer than the gap is one raise.
    window_before_s : float
        How long before the glute onset a shoulder burst may begin and still count.
    preparatory_ms : float
        A shoulder burst that ends longer than this before the glute onset is not paired.
    late_ms : float
        A shoulder onset later than this is flagged.
    min_snr_db : float
        A burst below this gives no lag.
    silent_rise_db : float
        The shoulder is silent if any rise of its power is surely smaller than this.
    baseline_moved_db : float
        A rest level that differs by more from the session's is flagged.
    cue_window_s : float
        How long after a cue the raise may begin.
    min_lags : int
        Fewest lags for a verdict of order.
    repetition_probability : float
        A repetition is given an order whose probability is at least this.
    confidence : float
        Probability content of all intervals.
    silent_share, sometimes_silent_share, glute_silent_share : float
        Shares of raises at which the shoulder counts as silent, as sometimes silent, and at which
        raises without glute activity stand against a verdict.
    between_repetition_sd_ms : float
        Scale of the half-normal prior of the spread between repetitions.
    movement_margin_ms : float
        The margin where onsets are of movement; wider, since a muscle works before it moves anything, and the
        delay differs between muscles.
    min_leg_height_deg : float
        A raise of the leg reaches at least this on the thigh; a third of it on the glute, which tilts less.

    Examples
    --------
    >>> Settings().margin_ms
    50.0
    >>> Settings.from_toml("margin_ms = 40")
    Settings(margin_ms=40.0, ...)
    >>> Settings.from_toml("margn_ms = 40")
    Traceback (most recent call last):
    firing_analyzer.errors.SettingsError: settings: there is no setting 'margn_ms'; did you mean 'margin_ms'?
    """

    margin_ms: Annotated[float, Meta(gt=0, le=1000)] = 50.0
    low_bandwidth_margin_ms: Annotated[float, Meta(gt=0, le=1000)] = 100.0
    low_hz: Annotated[float, Meta(ge=5, le=200)] = 30.0
    high_hz: Annotated[float, Meta(ge=60, le=2000)] = 450.0
    mains_hz: Literal["auto", "50", "60", "off"] = "auto"
    heart_beat: bool = True
    min_burst_ms: Milliseconds = 100.0
    merge_gap_ms: Milliseconds = 100.0
    min_raise_ms: Milliseconds = 100.0
    raise_gap_ms: Milliseconds = 500.0
    window_before_s: Annotated[float, Meta(ge=0.2, le=5)] = 1.0
    preparatory_ms: Milliseconds = 250.0
    late_ms: Milliseconds = 500.0
    min_snr_db: Decibels = 8.0
    silent_rise_db: Decibels = 6.0
    baseline_moved_db: Decibels = 6.0
    cue_window_s: Seconds = 4.0
    min_lags: Annotated[int, Meta(ge=3, le=1000)] = 5
    repetition_probability: Annotated[float, Meta(gt=0.5, lt=1)] = 0.80
    confidence: Annotated[float, Meta(ge=0.5, lt=1)] = 0.95
    silent_share: Share = 0.80
    sometimes_silent_share: Share = 1 / 3
    glute_silent_share: Share = 0.20
    between_repetition_sd_ms: Annotated[float, Meta(gt=0, le=2000)] = 200.0
    movement_margin_ms: Annotated[float, Meta(gt=0, le=1000)] = 100.0
    min_leg_height_deg: Annotated[float, Meta(ge=0.5, le=45)] = 3.0

    def __post_init__(self) -> None:
        # the same checks for settings made in Python as for those read from a file
        for key, kind in get_type_hints(type(self), include_extras=True).items():
            _check(key, getattr(self, key), kind)
        if self.low_hz >= self.high_hz:
            raise SettingsError(
                f"settings: low_hz ({self.low_hz:g}) must be below high_hz ({self.high_hz:g})", key="low_hz"
            )
        if self.sometimes_silent_share >= self.silent_share:
            raise SettingsError(
                f"settings: sometimes_silent_share ({self.sometimes_silent_share:g}) must be below "
                f"silent_share ({self.silent_share:g})",
                key="sometimes_silent_share",
            )

    @classmethod
    def from_toml(cls, text: str) -> "Settings":
        """Read settings from TOML text; what it leaves out keeps its default.

        Raises
        ------
        SettingsError
            If the text is not TOML, a key is unknown or a value impossible.
        """
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(
                f"settings: not readable as TOML ({error}); write lines such as margin_ms = 50"
            ) from error
        return cls.from_dict(values)

    @classmethod
    def from_dict(cls, values: dict[str, object]) -> "Settings":
        """Make settings from plain values, with the same checks as `from_toml`."""
        known = cls.__struct_fields__
        for key in values:
            if key not in known:
                raise SettingsError(
                    f"settings: there is no setting {key!r}; {_suggestion(key, known)}", key=key
                )
        kinds = get_type_hints(cls, include_extras=True)
        for key, value in values.items():
            _check(key, value, kinds[key])
        return msgspec.convert(values, cls)

    @classmethod
    def read(cls, path: Path) -> "Settings":
        """Read settings from a TOML file.

        Raises
        ------
        SettingsError
            If the file cannot be read or used; the message names it.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError as error:
            raise SettingsError(f"{path}: there is no such file; check the name of the settings") from error
        except UnicodeDecodeError as error:
            raise SettingsError(f"{path}: the settings file is no text; save it as UTF-8") from error
        except OSError as error:
            raise SettingsError(
                f"{path}: the settings file cannot be read ({error.strerror or error}); check the file"
            ) from error
        try:
            return cls.from_toml(text)
        except SettingsError as error:
            raise SettingsError(f"{path}: {error}", key=error.key) from error

    def to_dict(self) -> dict[str, object]:
        """Return all settings as plain values."""
        return msgspec.structs.asdict(self)

    def to_toml(self) -> str:
        """Return all settings as TOML text that `from_toml` reads back to the same settings.

        Examples
        --------
        >>> Settings.from_toml(Settings(margin_ms=40.0).to_toml()) == Settings(margin_ms=40.0)
        True
        """
        return "".join(f"{key} = {_toml(value)}\n" for key, value in self.to_dict().items())


def _check(key: str, value: object, kind: object) -> None:
    try:
        msgspec.convert(value, type=cast("type[object]", kind))
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"settings: {key} = {value!r} cannot be used; it must be {_demanded(kind)}", key=key
        ) from error


def _demanded(kind: object) -> str:
    """Say what a setting must be: ``"a number above 0 and at most 1000"``."""
    base, *notes = get_args(kind) if get_origin(kind) is Annotated else (kind,)
    if get_origin(base) is Literal:
        return f"one of {', '.join(map(repr, get_args(base)))}"
    if base is bool:
        return "true or false"
    bounds = [
        f"{words} {bound:g}"
        for note in notes
        for words, bound in (
            ("above", note.gt),
            ("at least", note.ge),
            ("below", note.lt),
            ("at most", note.le),
        )
        if bound is not None
    ]
    return " ".join(["a whole number" if base is int else "a number", " and ".join(bounds)]).strip()


def _suggestion(key: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)
