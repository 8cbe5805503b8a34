"""How sensors were placed and a session was held, as whoever did it writes it down: a TOML file."""

import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from recordings.dataset.acquisition import Electrodes, Facts, Json
from recordings.errors import UnreadableError

Text = Annotated[str, Meta(min_length=1, max_length=2000)]


class Setup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What goes into the sidecars of a recording; what nobody knows is left out.

    Attributes
    ----------
    placement : str or None
        Where and how the electrodes were placed, for all of them.
    glute_placement, shoulder_placement : str or None
        The same for one muscle, such as ``"SENIAM"`` with what differed from it.
    reference, ground : str or None
        Where these electrodes were.
    electrode_distance_mm : float or None
        From centre to centre.
    electrode_manufacturer, electrode_model, electrode_material, electrode_type : str or None
    skin_preparation : str or None
    power_line_hz : {50, 60} or None
        Of the country.
    head_position, speed, cue_words, feedback, remarks : str or None
        How the session was held: `cue_words` are what was said for each raise. No names.

    Examples
    --------
    >>> Setup.from_toml('glute_placement = "SENIAM"').glute_placement
    'SENIAM'
    >>> Setup.from_toml("grund = 1")
    Traceback (most recent call last):
    recordings.errors.UnreadableError: there is no 'grund' in a setup; did you mean 'ground'?
    """

    placement: Text | None = None
    glute_placement: Text | None = None
    shoulder_placement: Text | None = None
    reference: Text | None = None
    ground: Text | None = None
    electrode_distance_mm: Annotated[float, Meta(gt=0, le=200)] | None = None
    electrode_manufacturer: Text | None = None
    electrode_model: Text | None = None
    electrode_material: Text | None = None
    electrode_type: Text | None = None
    skin_preparation: Text | None = None
    power_line_hz: Literal[50, 60] | None = None
    head_position: Text | None = None
    speed: Text | None = None
    cue_words: Text | None = None
    feedback: Text | None = None
    remarks: Text | None = None

    @classmethod
    def read(cls, path: Path) -> "Setup":
        """Read a file; raises `UnreadableError` if it cannot be read or used."""
        try:
            return cls.from_toml(path.read_text(encoding="utf-8-sig"))
        except OSError as problem:
            raise UnreadableError(
                f"the setup cannot be read ({problem.strerror or problem}); check the file", path=path
            ) from problem
        except UnicodeDecodeError as problem:
            raise UnreadableError("the setup is no text; save it as UTF-8", path=path) from problem
        except UnreadableError as problem:
            raise UnreadableError(problem.reason, path=path) from problem

    @classmethod
    def from_toml(cls, text: str) -> "Setup":
        """Read TOML text; raises `UnreadableError` if it cannot be used."""
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as problem:
            raise UnreadableError(
                f'the setup is not readable as TOML ({problem}); write lines such as reference = "C7"'
            ) from problem
        return cls.from_dict(values)

    @classmethod
    def from_dict(cls, values: object) -> "Setup":
        """Make a setup of plain values, with the same checks."""
        known = cls.__struct_fields__
        for key in values if isinstance(values, dict) else ():
            if key not in known:
                near = difflib.get_close_matches(str(key), known, n=1)
                advice = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
                raise UnreadableError(f"there is no {key!r} in a setup; {advice}")
        try:
            return msgspec.convert(values, cls)
        except msgspec.ValidationError as problem:
            raise UnreadableError(f"the setup cannot be used ({problem}); correct that line") from problem

    def to_dict(self) -> dict[str, Json]:
        """Return what is known, as plain values."""
        return msgspec.to_builtins(self)

    def facts(self, *, glute: str | None, shoulder: str | None) -> Facts:
        """Return the facts for the sidecars, given the labels of the two channels."""
        placed = {glute: self.glute_placement, shoulder: self.shoulder_placement}
        unsaid = Facts()
        held = {
            "HeadPosition": self.head_position,
            "Speed": self.speed,
            "CueWords": self.cue_words,
            "Feedback": self.feedback,
            "Remarks": self.remarks,
        }
        return Facts(
            power_line_hz=self.power_line_hz,
            placement=self.placement or unsaid.placement,
            placements={label: told for label, told in placed.items() if label and told},
            reference=self.reference or unsaid.reference,
            electrode_distance_mm=self.electrode_distance_mm,
            electrodes=Electrodes(
                manufacturer=self.electrode_manufacturer,
                model=self.electrode_model,
                material=self.electrode_material,
                kind=self.electrode_type,
                ground=self.ground,
                skin_preparation=self.skin_preparation,
            ),
            details={key: told for key, told in held.items() if told is not None},
        )
