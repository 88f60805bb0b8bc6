"""A report written by hand: what the renderers are tested on, without a store."""

from __future__ import annotations

import calendar

from verbatim.reports.model import (
    Breakdown,
    Change,
    Chronic,
    Decisions,
    Figure,
    Goal,
    Group,
    Mark,
    MetricSection,
    MonthlyReport,
    Movement,
    Note,
    Point,
    Praised,
    QualitySection,
    Quote,
    Recognition,
    Representation,
    Retention,
    SecondFigure,
    Sentence,
    Story,
    ThemeLine,
    ThemeScore,
    ThemeSection,
)

MONTHS = ("2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10")
NAMES = ("May", "June", "July", "August", "September", "October")
EMPTY = Figure(None, None, None, 0)


def example_report() -> MonthlyReport:
    return MonthlyReport(
        organisation="Acme Cloud",
        month="2026-10",
        title="Customer feedback, October 2026",
        period="1 October to 31 October 2026",
        timezone="Europe/Berlin",
        generated_at=None,
        answers=1602,
        comments=731,
        accounts=214,
        metrics=(_csat(), _ces(), _nps()),
        marks=(Mark("2026-06-03", "Release 5.0", "release"), Mark("2026-08-17", "Price change", "price")),
        themes=_themes(),
        story=_story(),
        quality=(_quality(),),
        method=(
            Note("CSAT", "Share of valid answers of 4 or 5 on csat-5 (1–5, higher is better). Wilson 95% interval."),
            Note("Change", "Newcombe interval of the difference. More than noise means that it excludes 0."),
        ),
        caveats=("Themes are found by a model; a comment can stand in the wrong one.",),
        chronic=_chronic(),
        recognition=_recognition(),
        retention=_retention(),
        decisions=_decisions(),
    )


def _chronic() -> Chronic:
    text = "“Search in the new release”: a worse CSAT than the rest in 4 months running, since July 2026."
    said = Sentence(text, "48.0% (n 310) against 82.9% since then; worse by 34.9 points (29.1 to 40.2)")
    return Chronic((said,), names=("Search in the new release",))


def _decisions() -> Decisions:
    target = Sentence("CSAT: keep the target of 85% and act, or set another.", "78.4% (76.3 to 80.4)", "to be named")
    theme = "“Search in the new release”: fix it, accept it, or tell customers why."
    fix = Sentence(theme, "48.0% (n 310) against 82.9% since then", "to be named")
    price = Sentence(
        "“Price change” (17 August 2026, price)",
        "in the four weeks after, against four weeks before: CSAT within noise (n 610 and 598)",
    )
    return Decisions((target, fix), (price,), "Before and after a milestone is a comparison, not a proof.")


def _recognition() -> Recognition:
    people = (
        Praised("Lena", "Lena solved it in ten minutes and stayed friendly throughout.", "Mon 26 Oct"),
        Praised("Omar", "Explained every step without rushing me.", None),
    )
    return Recognition(people, "Kind words on tickets that they held, without any score.")


def _retention() -> Retention:
    scores = (
        ThemeScore("CSAT", "percent", figure(70.2, 4.1, 480), figure(80.9, 2.2, 1230), -10.7, -15.3, -6.1, True),
        ThemeScore("NPS", "net", figure(18.0, 21.0, 60), figure(24.0, 12.0, 140), -6.0, -30.1, 18.2, False),
    )
    told = Sentence("Accounts that renew within 120 days give a worse CSAT than the others.", "70.2% (n 480)")
    return Retention(120, 31, 24, scores, (told,), "31 accounts renew within 120 days, 24 of them answered.")


def figure(value: float, half: float, n: int) -> Figure:
    return Figure(value, round(value - half, 2), round(value + half, 2), n)


def points(values: list[float | None], half: float, n: int) -> tuple[Point, ...]:
    figures = [EMPTY if value is None else figure(value, half, n) for value in values]
    return tuple(Point(f"{m}-01", name, f) for m, name, f in zip(MONTHS, NAMES, figures, strict=True))


def weeks(start: float, step: float, half: float) -> tuple[Point, ...]:
    days = ["08-23", "08-30", "09-06", "09-13", "09-20", "09-27", "10-04", "10-11", "10-18", "10-25"]
    wave = [0.0, 0.4, -0.3, 0.6, 0.2, -0.5, 0.3, 0.1, -0.2, 0.4]
    return tuple(
        Point(
            f"2026-{day}",
            f"{int(day[3:])} {calendar.month_abbr[int(day[:2])]}",
            figure(round(start + step * (i + 3 * wave[i]), 2), half, 780 + i),
        )
        for i, day in enumerate(days)
    )


def _csat() -> MetricSection:
    before = figure(82.6, 2.5, 842)
    return MetricSection(
        key="csat",
        metric="csat",
        name="CSAT",
        scale="csat-5",
        definition="% satisfied = answers 4-5 ÷ valid answers, on the 1–5 scale (higher is better); Wilson interval",
        unit="percent",
        floor=0.0,
        ceiling=100.0,
        lower_is_better=False,
        figure=figure(78.1, 2.7, 871),
        second=SecondFigure("mean rating", "mean", Figure(4.02, 3.95, 4.09, 871)),
        change=Change("September", before, -4.5, -8.2, -0.8, True),
        drift=Change("May", figure(84.2, 2.6, 850), -6.1, -9.8, -2.4, True),
        goal=Goal(85.0, "2026-12-31", 6.9, "missed", "6.9 points below the target of 85.0% due 31 Dec 2026."),
        band="75–85: typical",
        headline="CSAT fell to 78.1% (75.4 to 80.8%, n 871), 4.5 points below September (−8.2 to −0.8): "
        "more than noise. 6.9 points short of the target of 85.0%.",
        months=points([84.2, 83.1, 83.5, 82.0, 82.6, 78.1], 2.6, 850),
        weeks=weeks(82.9, -0.5, 2.6),
        breakdowns=(
            Breakdown(
                "channel",
                (
                    Group("email", figure(80.2, 3.7, 421), False),
                    Group(
                        "chat",
                        figure(71.3, 5.6, 248),
                        False,
                        Change("September", figure(81.0, 5.0, 239), -9.7, -17.0, -2.2, True),
                    ),
                    Group("phone", figure(82.5, 5.8, 183), False),
                    Group("portal", figure(68.4, 19.0, 19), True),
                ),
                2,
                None,
            ),
            Breakdown(
                "tier",
                (Group("enterprise", figure(74.0, 5.1, 290), False), Group("standard", figure(80.1, 3.3, 581), False)),
                0,
                None,
            ),
        ),
    )


def _ces() -> MetricSection:
    before = Figure(5.31, 5.2, 5.42, 611)
    return MetricSection(
        key="ces",
        metric="ces",
        name="CES",
        scale="ces-7-ease",
        definition="mean answer on the 1–7 scale (higher is better); t interval",
        unit="mean",
        floor=1.0,
        ceiling=7.0,
        lower_is_better=False,
        figure=Figure(5.36, 5.25, 5.47, 640),
        second=SecondFigure("% easy", "percent", figure(76.2, 3.3, 640)),
        change=Change("September", before, 0.05, -0.11, 0.21, False),
        drift=None,
        goal=None,
        band=None,
        headline="CES stands at 5.36 (5.25 to 5.47, n 640); "
        "the change against September is within noise (+0.05, −0.11 to 0.21).",
        months=points([5.2, 5.22, 5.3, 5.28, 5.31, 5.36], 0.11, 620),
        weeks=weeks(5.3, 0.01, 0.11),
        breakdowns=(
            Breakdown(
                "channel",
                (Group("email", Figure(5.4, 5.25, 5.55, 330), False), Group("chat", Figure(5.3, 5.1, 5.5, 310), False)),
                0,
                None,
            ),
        ),
    )


def _nps() -> MetricSection:
    return MetricSection(
        key="nps",
        metric="nps",
        name="NPS",
        scale="nps",
        definition="% promoters (9-10) − % detractors (0-6), on the 0–10 scale; adjusted Wald interval",
        unit="net",
        floor=-100.0,
        ceiling=100.0,
        lower_is_better=False,
        figure=figure(21.4, 14.2, 91),
        second=None,
        change=Change("July", figure(28.3, 13.1, 102), -6.9, -26.0, 12.3, False),
        drift=None,
        goal=None,
        band="above 0: positive",
        headline="NPS stands at 21.4 (7.2 to 35.6, n 91); "
        "the change against July is within noise (−6.9 points, −26.0 to 12.3).",
        months=points([None, None, 28.3, None, None, 21.4], 13.5, 96),
        weeks=(),
        breakdowns=(),
    )


def _themes() -> ThemeSection:
    search = ThemeLine(
        id="t7",
        name="Search in the new release",
        keywords=("search", "results", "release"),
        volume=131,
        share=Figure(17.9, 15.3, 20.9, 731),
        change=Change("September", Figure(11.2, 9.1, 13.7, 712), 6.7, 3.0, 10.3, True),
        sentiment=Figure(-0.42, -0.51, -0.33, 131),
        scores=(
            ThemeScore("CSAT", "percent", figure(51.0, 8.7, 126), figure(83.4, 2.8, 605), -32.4, -41.8, -23.0, True),
        ),
        sparkline=points([0.0, 4.0, 8.2, 10.0, 11.2, 17.9], 2.0, 720),
        quotes=(
            Quote(
                "Search gives me nothing since the update, even for the exact title. …",
                "complaint",
                "CSAT 1 of 5",
                "October",
                "c1",
                "Search gives me nothing since the update, even for the exact title. Lena was very kind, though.",
                ((0, 68),),
            ),
            Quote("The new search filters are great once it loads.", "praise", "CSAT 5 of 5", "October", "c2"),
        ),
        status="new",
    )
    agents = ThemeLine(
        id="t2",
        name="Friendly, competent agents",
        keywords=("friendly", "agent", "thanks"),
        volume=118,
        share=Figure(16.1, 13.7, 19.0, 731),
        change=Change("September", Figure(16.9, 14.3, 19.8, 712), -0.8, -4.6, 3.1, False),
        sentiment=Figure(0.61, 0.55, 0.67, 118),
        scores=(ThemeScore("CSAT", "percent", figure(96.0, 3.4, 112), figure(75.0, 3.0, 619), 21.0, 15.6, 25.4, True),),
        sparkline=points([16.0, 17.1, 15.8, 16.4, 16.9, 16.1], 2.7, 720),
        quotes=(
            Quote(
                "Lena solved it in ten minutes and stayed friendly throughout.",
                "praise",
                "CSAT 5 of 5",
                "October",
                "c3",
            ),
        ),
        status=None,
    )
    new = Movement(
        "t7",
        search.name,
        "new",
        "June 2026",
        Figure(0.1, 0.0, 0.4, 2210),
        Figure(11.8, 10.8, 12.9, 3584),
        10.6,
        12.8,
        "Search in the new release appeared in June 2026: "
        "11.8% of comments since (n 3,584) against 0.1% before (n 2,210).",
        "Release 5.0 (3 Jun 2026)",
    )
    fading = Movement(
        "t5",
        "Login codes arrive late",
        "fading",
        "January 2026",
        Figure(14.0, 12.1, 16.1, 1204),
        Figure(0.6, 0.2, 1.4, 1443),
        -15.4,
        -11.4,
        "Login codes arrive late has nearly gone: 0.6% of comments in the last two months (n 1,443) "
        "against 14.0% at its height around January 2026 (n 1,204).",
    )
    return ThemeSection(
        731, 84, 12, (search, agents), 9, (new, fading), "a1b2c3 (all-MiniLM-L6-v2, 5,794 comments)", None
    )


def _story() -> Story:
    return Story(
        changed=(Sentence("CSAT fell by 4.5 points against September.", "−8.2 to −0.8, n 871 and 842"),),
        why=(
            Sentence(
                "Comments on Search in the new release score 32.4 points below the rest, and there are more of them.",
                "51.0% (n 126) against 83.4% (n 605)",
            ),
        ),
        next=(Sentence("Find out what fails in Search in the new release.", "131 comments this month", "—"),),
        quiet=None,
    )


def _quality() -> QualitySection:
    return QualitySection(
        metric="csat",
        name="CSAT",
        unit="percent",
        sent=2480,
        response=Figure(35.1, 33.3, 37.0, 2480),
        commented=Figure(48.0, 44.7, 51.3, 871),
        delay_hours=5.4,
        late=Figure(6.1, 4.7, 7.9, 871),
        segment="channel",
        representation=(
            Representation("email", 52.0, figure(48.3, 3.3, 871), True),
            Representation("chat", 28.0, figure(28.5, 3.0, 871), False),
        ),
        raw=figure(78.1, 2.7, 871),
        weighted=Figure(78.6, None, None, 871),
        basis="all tickets of the month",
    )
