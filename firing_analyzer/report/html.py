"""The report as one HTML file that needs nothing else: pictures inside, no script, ready to print."""

from datetime import date
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from firing_analyzer.report.content import COLUMNS, report_content
from firing_analyzer.report.pictures import (
    FITTING,
    lags_picture,
    overview_picture,
    picture_address,
    raises_picture,
)
from firing_analyzer.result import Analysis
from firing_analyzer.typeset import typeset

_TEMPLATE: Final = "report.html.jinja"


def html_report(analysis: Analysis, *, made: date | None = None) -> str:
    """Write the report of an analysis as one HTML page.

    Parameters
    ----------
    analysis : Analysis
    made : date, optional
        The day of the report; today by default.

    Returns
    -------
    str
        Every word that comes from outside is escaped; nothing is loaded from anywhere.
    """
    # every value is escaped, whatever the template is called
    environment = Environment(
        loader=PackageLoader("firing_analyzer.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["typeset"] = typeset
    return environment.get_template(_TEMPLATE).render(
        content=report_content(analysis, made=made),
        columns=COLUMNS,
        raises=picture_address(raises_picture(analysis)) if analysis.rows else "",
        raises_apart=len(analysis.rows) > FITTING,
        lags=picture_address(lags_picture(analysis)),
        overview=picture_address(overview_picture(analysis)),
    )
