"""Texts that break pages which take them for more than texts."""

from __future__ import annotations

#: What a payload does when it runs; tests look for its trace.
RUN = "window.hurt=1;alert(1)"
ELSEWHERE = "//elsewhere.example"

_MARKUP = [
    f"<script>{RUN}</script>",
    f"<img src=x onerror='{RUN}'>",
    f'"><script>{RUN}</script>',
    f"'><svg/onload={RUN}>",
    f"</pre></code></td></script><script>{RUN}</script>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<body onload={RUN}>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>">',
    f"<iframe src={ELSEWHERE}>",
    f"<object data={ELSEWHERE}><embed src={ELSEWHERE}>",
    f"<link rel=stylesheet href={ELSEWHERE}/x.css>",
    f"<img src={ELSEWHERE}/x.png>",
    f"<style>@import '{ELSEWHERE}/x.css'; body{{display:none}}</style>",
    f"<base href={ELSEWHERE}/>",
    f"<meta http-equiv=refresh content='0;url={ELSEWHERE}'>",
    f"<form action={ELSEWHERE}><button autofocus>x</button></form>",
    "<!-- <table><tr><td>",
    "<plaintext>",
    "<![CDATA[ ]]>&lt;script&gt;&#60;b&#62;&amp;&nbsp;",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={RUN}>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
]
_CODE = [
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}//",
    f"data:text/html,<script>{RUN}</script>",
    f"' onmouseover='{RUN}' x='",
    f'" style="position:fixed;inset:0" onclick="{RUN}" x="',
    f"');{RUN}//",
    f"\\'-{RUN}-\\'",
    f"${{{RUN}}}",
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"<%= {RUN} %> #{{{RUN}}} {{% {RUN} %}}",
    "__proto__",
    "constructor",
    '{"__proto__": {"polluted": 1}}',
    "'; DROP TABLE jobs; --",
    "../../../../etc/passwd",
    "%3Cscript%3Ewindow.hurt%3D1%3C%2Fscript%3E %00 %",
    "$(touch hurt) `touch hurt` ; touch hurt | cat",
]
_WRITING = [
    "\u202egnp.exe\u202c \u2066left\u2069 \u200f",
    "zero\u200bwidth\u200djoiner\ufeff\u2060",
    "شحن العبارة وصلت السفينة",
    "e" + "\u0301\u0300\u0302\u0303\u0308" * 30,
    "👩‍👩‍👧‍👦🏴‍☠️🇺🇦\U0001f6a2" * 5,
    "W" * 3_000,
    "\x00null\x00byte",
    "\x1b[31mred\x1b[0m \x07\x08\x7f",
    "one\r\ntwo\n\nthree\u2028four\u2029five\tsix",
    "   ",
]

HOSTILE = [*_MARKUP, *_CODE, *_WRITING]
