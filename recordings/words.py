"""The words that laboratories use in channel labels, in the languages we have met them in."""

from typing import Final

from recordings.model import GLUTE, SHOULDER, Kind, Side

# fmt: off
#: Words that name a side on their own. Single letters other than l and r differ between languages.
SIDES: Final[dict[str, Side]] = {
    **dict.fromkeys(
        ("l", "left", "lhs", "lft", "li", "links", "linke", "linker", "linkes", "izq", "izqdo", "izqda",
         "izquierdo", "izquierda", "gauche", "sx", "sinistro", "sinistra", "sinister", "esq",
         "esquerdo", "esquerda"),
        "left",
    ),
    **dict.fromkeys(
        ("r", "right", "rhs", "rgt", "re", "rechts", "rechte", "rechter", "rechtes", "der", "dcho", "dcha",
         "dch",
         "derecho", "derecha", "droit", "droite", "dx", "destro", "destra", "dexter", "dir",
         "direito", "direita"),
        "right",
    ),
}

#: A muscle group, and the parts of it that must be told apart.
GROUPS: Final[dict[str, tuple[frozenset[str], dict[str, frozenset[str]]]]] = {
    "trapezius": (
        frozenset({
            "trap", "traps", "trapez", "trapezius", "trapecio", "trapeze", "trapezio", "trapezmuskel",
            "trapeziusmuskel", "trapecius",
        }),
        {
            SHOULDER: frozenset({
                "upper", "up", "uppr", "sup", "superior", "superieur", "superieure", "superiore",
                "superiori", "desc", "descendens", "descending", "descendente", "descendant",
                "discendente", "absteigend", "absteigender", "oberer", "obere", "oberes", "oben",
            }),
            "middle trapezius": frozenset({
                "middle", "mid", "med", "medius", "medio", "medial", "moyen", "transversus", "transverse",
                "transversa", "transverso", "trans", "mittlerer", "mittlere",
            }),
            "lower trapezius": frozenset({
                "lower", "low", "lwr", "inf", "inferior", "inferieur", "inferieure", "inferiore",
                "inferiori", "asc", "ascendens", "ascending", "ascendente", "ascendant", "aufsteigend",
                "aufsteigender", "unterer", "untere",
            }),
        },
    ),
    "gluteus": (
        frozenset({
            "glut", "glute", "glutes", "gluteus", "gluteo", "gluteos", "glutaeus", "glutaus", "fessier",
            "gesassmuskel", "gesaessmuskel", "bilspier",
        }),
        {
            GLUTE: frozenset({
                "max", "maximus", "maxi", "maximo", "massimo", "mayor", "maior", "grand", "grande", "gd",
                "grosser", "grosse", "grote", "groesster", "grosster",
            }),
            "gluteus medius": frozenset({
                "med", "medius", "medio", "moyen", "mittlerer", "mittlere", "middle", "middelste",
            }),
            "gluteus minimus": frozenset({
                "min", "minimus", "minimo", "petit", "piccolo", "menor", "kleiner", "kleine",
            }),
        },
    ),
}

#: Words that name a muscle on their own.
MUSCLES: Final[dict[str, str]] = {
    **dict.fromkeys(("gmax", "gmaximus", "glmax", "glumax"), GLUTE),
    **dict.fromkeys(("gmed", "gmedius", "glmed", "glumed"), "gluteus medius"),
    **dict.fromkeys(("gmin", "gminimus"), "gluteus minimus"),
    **dict.fromkeys(("utrap", "utraps", "uptrap", "utrapezius"), SHOULDER),
    **dict.fromkeys(("mtrap", "midtrap"), "middle trapezius"),
    **dict.fromkeys(("lowtrap", "lotrap"), "lower trapezius"),
    **dict.fromkeys(("bicfem", "bicepsfemoris"), "biceps femoris"),
    **dict.fromkeys(("semitendinosus", "semitend", "semiten"), "semitendinosus"),
    **dict.fromkeys(("semimembranosus", "semimem"), "semimembranosus"),
    **dict.fromkeys(("hamstring", "hamstrings", "hams", "ischio", "ischios"), "hamstrings"),
    **dict.fromkeys(("erector", "erectors", "multifidus", "longissimus", "iliocostalis"), "erector spinae"),
    **dict.fromkeys(("latissimus", "lats", "latdorsi"), "latissimus dorsi"),
    **dict.fromkeys(("levator", "levscap"), "levator scapulae"),
    **dict.fromkeys(("deltoid", "deltoideus", "delt", "deltoide"), "deltoid"),
    **dict.fromkeys(("gastrocnemius", "gastroc", "gastro"), "gastrocnemius"),
    **dict.fromkeys(("soleus",), "soleus"),
    **dict.fromkeys(("vastus", "quadriceps"), "quadriceps"),
    **dict.fromkeys(("biceps",), "biceps"),
    **dict.fromkeys(("triceps",), "triceps"),
    **dict.fromkeys(("sternocleidomastoid", "scm"), "sternocleidomastoid"),
    **dict.fromkeys(("rhomboid", "rhomboids", "rhomboideus"), "rhomboids"),
    **dict.fromkeys(("infraspinatus", "supraspinatus", "subscapularis"), "rotator cuff"),
    **dict.fromkeys(("serratus",), "serratus anterior"),
    **dict.fromkeys(("pectoralis", "pec"), "pectoralis"),
}

#: Abbreviations that count only beside a side and nothing unknown: alone they mean other things too.
ABBREVIATIONS: Final[dict[str, str]] = {
    "gm": GLUTE,
    "ut": SHOULDER,
    "lt": "lower trapezius",
    "mt": "middle trapezius",
    "bf": "biceps femoris",
    "st": "semitendinosus",
    "es": "erector spinae",
    "ld": "latissimus dorsi",
}

#: ``LT`` and ``RT`` are also written for the sides themselves.
SIDES_BESIDE_A_MUSCLE: Final[dict[str, Side]] = {"lt": "left", "rt": "right"}

#: Places that a movement sensor sits on.
BODY_PARTS: Final[dict[str, str]] = {
    "thigh": "thigh", "femur": "thigh", "oberschenkel": "thigh", "muslo": "thigh", "cuisse": "thigh",
    "shank": "shank", "tibia": "shank", "foot": "foot", "pelvis": "pelvis", "sacrum": "pelvis",
    "trunk": "trunk",
    "sternum": "trunk", "head": "head", "scapula": "scapula", "acromion": "scapula", "shoulder": "shoulder",
    "arm": "arm", "humerus": "arm", "forearm": "forearm", "wrist": "wrist", "hand": "hand",
}

#: Words that say what a channel measures. Where several stand in a label, `KIND_ORDER` tells which counts.
KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("acc", "accel", "accelerometer", "acceleration", "accelerometre"), "acc"),
    **dict.fromkeys(("gyro", "gyr", "gyroscope", "angvel"), "gyro"),
    **dict.fromkeys(("angle", "winkel", "pitch", "roll", "yaw", "goniometer", "gonio"), "angle"),
    **dict.fromkeys(("env", "envelope", "rms", "arv", "mav", "iemg", "huellkurve"), "envelope"),
    **dict.fromkeys(("emg", "semg", "hdemg"), "emg"),
    **dict.fromkeys(
        ("mag", "magnetometer", "force", "ecg", "ekg", "eeg", "eog", "eda", "ppg", "resp", "respiration",
         "temp",
         "temperature", "battery", "status", "trigger", "trig", "counter", "nseq", "pressure", "baro", "quat",
         "quaternion", "switch", "footswitch", "sync", "rssi", "impedance"), "other"
    ),
}
KIND_ORDER: Final[tuple[Kind, ...]] = ("other", "acc", "gyro", "angle", "envelope", "emg")

#: Words that may stand beside an abbreviation without making it doubtful.
NEUTRAL: Final = frozenset({
    "m", "mm", "musculus", "muscle", "muskel", "musculo", "muscolo", "pars", "p", "part", "fibers",
    "fibres", "fasci", "faisceau", "bipolar", "ch", "chn", "chan", "channel", "sensor", "signal", "port",
    "im", "analog", "filtered", "filt", "raw", "bp", "x", "y", "z", "uv", "mv", "v", "de", "del", "della",
    "do", "da", "of", "the", "le", "la", "il",
})
# fmt: on
