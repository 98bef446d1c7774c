"""The page about the method: its formulas, its constants, the query that computes it, its limits and its audit."""

from pipelines.ranking import method
from pipelines.ranking.calibrate import FEWEST_WINDOWS, LARGEST_SHARE, LEAST_SHARE
from pipelines.rules import method_audit
from reports.answers import question
from reports.pages.context import Context
from reports.pages.weights import weighing
from reports.render import render_page
from reports.text.labels import label
from reports.text.language import gettext

FORMULAS = (
    ("u = value / covered^e", gettext("a month seen to nine tenths or more; else the figure measured earlier")),
    ("x = sum(u) / n", gettext("level: n of the twelve months give a number, nine or more")),
    ("y = ln((x + c) / (rho + c))", gettext("against the reference rho")),
    ("S = sum(w y)", gettext("score of a family; of all metrics: overall")),
    ("index = 100 exp(S)", gettext("what pages call score")),
    ("phi0 = max(1, A (x / 100)^b)", gettext("noise of a panel of histories at this level")),
    ("D = sum((u_k - u_k-1)^2) / sum(u_k + u_k-1)", gettext("the community's own noise, of its last 36 months")),
    (
        "phi = exp(g ln D' + (1 - g) ln phi0)",
        gettext("g = pairs / (pairs + 20); D' is D held between phi0 / 4 and 4 phi0"),
    ),
    ("se = sqrt(phi V max(x, 1 / n) / (n (x + c)^2))", gettext("standard error of y")),
    ("s = sqrt(sum(w_a w_b C_ab se_a se_b))", gettext("standard error of S")),
    ("T = |S_i - S_j| / sqrt(s_i^2 + s_j^2)", gettext("of every pair, from the largest")),
    (
        "T > Phi^-1(1 - 0.10 / (2 (K - k)))",
        gettext("firm, where k of K pairs were firm before it; at the first that is not, stop"),
    ),
)
"""Each step of the method, and what it says; the names of constants are those of the table."""


def page(site: Context) -> str:
    """Return method.html."""
    correlations = site.rows("method", "correlations")
    return render_page(
        "method.html", site=site, here="method", root="", charts=(),
        constants=site.rows("method", "constants"), rules=site.rows("method", "rules"),
        formulas=FORMULAS, correlations=correlations, names=[label(row["metric"]) for row in correlations],
        sql=question("method", "recompute"), answer=site.rows("method", "recompute"),
        audits=[vars(each) for each in method_audit.load()], limits=(LEAST_SHARE, LARGEST_SHARE),
        fewest_windows=FEWEST_WINDOWS, rule=method.load().rules, weighing=weighing(site),
    )  # fmt: skip
