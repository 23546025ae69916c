"""The HTML printer: the SVG with targets over the cells, and a small script that lights up what belongs together.

Nothing depends on the script: a figure is complete when it stands still, and the text of each cell shows on hovering
without it as well.
"""

from __future__ import annotations

from .measure import escape
from .svg import to_svg

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .model import Figure

__all__ = ["to_html"]

_STYLE = """\
.lay-fig{margin:0}.lay-fig svg{max-width:100%;height:auto}.lay-fig .k{pointer-events:all;cursor:default}
.lay-fig .k:hover{stroke:#d4420c;stroke-width:2}
.lay-fig .k.on{stroke:#d4420c;stroke-width:3;fill:#ffb000;fill-opacity:.45}
"""

# Cells with one key light up together, in every panel of the figure; a click keeps them, until the next one.
_SCRIPT = """\
for(const f of document.querySelectorAll('figure.lay-fig:not([data-on])')){f.dataset.on=1;const m=new Map();
for(const r of f.querySelectorAll('[data-k]')){const k=r.dataset.k;m.has(k)||m.set(k,[]);m.get(k).push(r)}
let kept=null;const show=(k,on)=>{for(const r of m.get(k)||[])r.classList.toggle('on',on)};
const key=e=>e.target.dataset?e.target.dataset.k:undefined;
f.addEventListener('mouseover',e=>{const k=key(e);if(k!==undefined)show(k,true)});
f.addEventListener('mouseout',e=>{const k=key(e);if(k!==undefined&&k!==kept)show(k,false)});
f.addEventListener('click',e=>{const k=key(e);if(kept!==null)show(kept,false);kept=k===undefined||k===kept?null:k;
if(kept!==null)show(kept,true)})}
"""


def to_html(figure: Figure, *, page: bool = True, width: int | None = None) -> str:
    """Return a figure as HTML; see ``Figure.to_html``."""
    svg = to_svg(figure, width=width, linked=True)
    part = f'<figure class="lay-fig"><style>{_STYLE}</style>\n{svg}\n</figure>\n<script>{_SCRIPT}</script>'
    if not page:
        return part
    title, described = escape(figure.title or "figure"), escape(figure.alt)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>body{{margin:12px}}@media(prefers-color-scheme:dark){{body{{"
        "background:#0d1014;color:#f0f3f6}}p.lay-alt{max-width:70ch;font:14px system-ui,sans-serif}"
        f'</style></head>\n<body>\n{part}\n<p class="lay-alt">{described}</p>\n</body></html>'
    )
