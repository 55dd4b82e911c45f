"""Texts of notes: what the markup kept apart stays apart, and nothing is rounded."""

from __future__ import annotations

import pytest

from bridgework_sensei_twenty.transforms import dialable, html_text, not_dialable


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<table><tr><td>#14</td><td>3mm</td><td>5</td></tr></table>", "#14 | 3mm | 5"),
        ("<tr><th>Tooth</th>\n<th>Depth</th></tr><tr><td>14</td><td></td></tr>", "Tooth | Depth\n14 |"),
        ("<tr><td></td><td>5</td></tr>", "| 5"),
        ("<td>1</td><td>2</td>", "| 1 | 2"),
        ("<dl><dt>BP</dt><dd>120</dd></dl>", "BP\n120"),
        ("<pre>a\n  b</pre>c\nd", "a\nb\nc d"),
        ("<article>a</article><header>b</header>", "a\nb"),
        ("<p>-</p><ul><li></li><li><p>one</p></li><li>-</li></ul>", "-\n- one\n- -"),
        ("<p></p>", None),
    ],
)
def test_what_markup_kept_apart_stays_apart(html: str, text: str | None) -> None:
    found = html_text(html)
    assert (found and "\n".join(line.strip() for line in found.split("\n"))) == text


@pytest.mark.parametrize("typed", ["555-0102/555-0103", "555-0102", "911", "303-555-0100 or 303-555-0101"])
def test_a_number_nobody_can_dial_stands_as_typed_alone(typed: str) -> None:
    assert dialable(typed) is None
    assert not_dialable(typed) == f"other: {typed}"
