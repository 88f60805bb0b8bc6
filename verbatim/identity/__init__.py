"""Identity over time: themes keep their ids, and their comments, from one mining to the next.

- `verbatim.identity.grouping` decides between growing the themes that are there and fitting anew, and does either;
- `verbatim.identity.growth` adds comments to the themes, and makes new themes of what fits none of them;
- `verbatim.identity.leaning` lets a whole fit lean on the themes that were;
- `verbatim.identity.continuity` gives the new themes their lasting ids and names;
- `verbatim.identity.parts` keeps the parts of comments where themes only grow;
- `verbatim.identity.links` says what became of each theme, with the evidence.
"""

from verbatim.identity.continuity import carry_on
from verbatim.identity.grouping import Grouping, group
from verbatim.identity.links import links_between
from verbatim.identity.parts import keep_parts

__all__ = ["Grouping", "carry_on", "group", "keep_parts", "links_between"]
