"""Invented names of people and companies, and the regions, teams and products of the sample organisation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """Where accounts are: how many (weight), what they pay in, when they work, what they write in."""

    name: str
    weight: float
    currency: str
    utc_offset_hours: int
    languages: tuple[tuple[str, float], ...]


REGIONS = (
    Region("North America", 0.40, "USD", -6, (("en", 0.98), ("es", 0.02))),
    Region("UK & Ireland", 0.21, "GBP", 0, (("en", 1.0),)),
    Region("DACH", 0.15, "EUR", 1, (("en", 0.72), ("de", 0.28))),
    Region("Iberia", 0.08, "EUR", 1, (("en", 0.66), ("es", 0.34))),
    Region("Nordics", 0.09, "EUR", 1, (("en", 1.0),)),
    Region("Asia-Pacific", 0.07, "USD", 8, (("en", 1.0),)),
)

COMPANY_FIRST = (
    "Halden Brightwater Castle Northgate Oakmere Silverline Redfern Kestrel Marlow Ashdown Tideway Lindqvist "
    "Granite Foxglove Harrow Sable Wexcombe Alder Bluepoint Corran Dunmore Elmfield Fairlight Glenrock Hollis "
    "Ironbridge Juniper Kingsway Larkspur Merrow Nordhavn Orchard Penrose Quarry Ravel Stonebrook Tallis "
    "Umber Veldt Winterbourne Yarrow Zephyr Brandt Castellan Dorado Estrella Falkner Gruenwald"
).split()
COMPANY_SECOND = (
    ("Freight", "Logistics"), ("Logistics", "Logistics"), ("Shipping", "Logistics"), ("Foods", "Manufacturing"),
    ("Components", "Manufacturing"), ("Packaging", "Manufacturing"), ("Instruments", "Manufacturing"),
    ("Clinics", "Health care"), ("Diagnostics", "Health care"), ("Care", "Health care"),
    ("Outfitters", "Retail"), ("Stores", "Retail"), ("Interiors", "Retail"), ("Capital", "Financial services"),
    ("Mutual", "Financial services"), ("Partners", "Professional services"), ("Advisory", "Professional services"),
    ("Energy", "Utilities"), ("Water", "Utilities"), ("Learning", "Education"),
)  # fmt: skip

FIRST_NAMES = {
    "en": (
        "Aisha Ben Carla Daniel Emma Farid Grace Hannah Ian Julia Kofi Laura Marcus Nadia Oliver Paula Quentin "
        "Rachel Samir Tom Una Victor Wendy Xin Yusuf Zoe Amelia Brendan Chloe Dev Erin Fiona George Helen Isaac"
    ).split(),
    "de": "Anke Bernd Claudia Dirk Eva Florian Greta Heiko Ines Jonas Katrin Lukas Miriam Nils Petra".split(),
    "es": "Alba Bruno Carmen Diego Elena Fernando Gloria Hugo Irene Javier Lucia Manuel Nuria Pablo".split(),
}
LAST_NAMES = {
    "en": (
        "Abbott Baker Chen Doyle Evans Fraser Gupta Hughes Ivanova Jensen Khan Lewis Morgan Nguyen Okafor Patel "
        "Quinn Reid Shah Turner Usman Vance Walsh Young Carter Singh Bennett Murray Larsen Holm Tan Sutton"
    ).split(),
    "de": "Albrecht Brandt Dietrich Engel Fuchs Hartmann Keller Lorenz Neumann Schuster Vogel Winkler".split(),
    "es": "Alonso Blanco Castro Delgado Fuentes Garrido Herrero Molina Navarro Ortega Ramos Vidal".split(),
}

AGENT_NAMES = (
    "Priya Raman,Tomas Hale,Maya Brooks,Leon Fischer,Ngozi Eze,Callum Reyes,Sofia Lind,Hamid Noor,Jess Parker,"
    "Andre Moreau,Kim Sato,Ruth Adeyemi,Pavel Novak,Lena Berg,Omar Aziz,Beth Collins,Ravi Menon,Clara Voss,"
    "Dylan Price,Ines Rocha,Mark Owens,Tara Quill,Felix Braun,Noor Haddad,Sean Keane,Ayo Bello,Greta Holt,"
    "Luis Prado,Mina Park,Jon Ekman,Dana Cole,Yara Silva,Piotr Zielak,Ella Frost,Kofi Mensah,Nina Weiss"
).split(",")
OWNERS = ("Joanna Field", "Peter Lang", "Amara Obi", "Stefan Roth", "Megan Doyle", "Carlos Vega", "Ivy Tran")

TEAMS = ("Access", "Billing", "Workflows", "Reporting", "Platform")
ROLES = (("end user", 0.68), ("champion", 0.2), ("decision maker", 0.12))
CHANNELS = (("email", 0.46), ("portal", 0.24), ("chat", 0.20), ("phone", 0.10))
PRIORITIES = (("low", 0.2), ("normal", 0.52), ("high", 0.22), ("urgent", 0.06))
FIRST_REPLY_TARGET_HOURS = {"urgent": 1.0, "high": 4.0, "normal": 8.0, "low": 24.0}
