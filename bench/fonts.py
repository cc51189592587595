"""Builds the small fonts of the users' pages from the fonts in django-unfold.

    pip install fonttools brotli    # in a separate environment; nothing else needs them
    python bench/fonts.py .venv/lib/python3.11/site-packages/unfold/static/unfold/fonts

Writes to workspace/static/workspace/fonts/: Inter with only the characters of Western European languages, and the icons
used in templates and modules, listed in icons.txt. Run it again when a page uses an icon that is not listed; a test
fails in that case. Browsers take characters that the small fonts lack from the full fonts.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "workspace" / "static" / "workspace" / "fonts"
SOURCES = ("templates", "workspace", "preferences", "push", "cloud")
WORD = re.compile(r"[a-z][a-z0-9_]+")
# Names in quotes or between tags, or set by a script. This also matches other words, which costs little.
NAMED = re.compile(r"""["'>},]([a-z0-9_,]+)["'<{]""")
WEIGHTS = {"Regular": 400, "Medium": 500, "SemiBold": 600, "Bold": 700}
LATIN = "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2190-2193,U+2212"
INTER_RULE = """@font-face {{
    font-family: Inter;
    font-style: normal;
    font-weight: {weight};
    font-display: swap;
    src: url("inter-latin-{weight}.woff2") format("woff2");
    unicode-range: {latin};
}}
"""
ICONS_RULE = """@font-face {
    font-family: "Material Symbols Outlined";
    font-style: normal;
    font-weight: 400;
    src: url("icons.woff2") format("woff2");
}
"""
HEADER = "/* Made by bench/fonts.py. */\n"


def reduced(path: Path, *, features: list[str], layout_closure: bool, **content: object) -> TTFont:
    """Return a subset of the font."""
    options = subset.Options()
    options.layout_features = features
    options.layout_closure = layout_closure
    options.flavor = "woff2"
    options.notdef_outline = True
    font = subset.load_font(str(path), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(**content)
    subsetter.subset(font)
    font.flavor = "woff2"
    return font


def ligatures(font: TTFont) -> dict[str, str]:
    """Return the glyph of each icon by its name."""
    characters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    by_name = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            for first, rest in getattr(table, "ligatures", {}).items():
                for ligature in rest:
                    name = "".join(characters.get(glyph, "?") for glyph in [first, *ligature.Component])
                    by_name[name] = ligature.LigGlyph
    return by_name


def words_used() -> set[str]:
    """Return all words in templates and modules that may be names of icons."""
    paths = [path for source in SOURCES for ending in ("*.html", "*.py") for path in (ROOT / source).rglob(ending)]
    named = (match for path in paths for match in NAMED.findall(path.read_text()))
    return {word for text in named for word in WORD.findall(text)}


def main(fonts: Path) -> None:
    TARGET.mkdir(exist_ok=True)
    rules = []
    for name, weight in WEIGHTS.items():
        codes = subset.parse_unicodes(LATIN.replace("U+", ""))
        inter = reduced(
            fonts / "inter" / f"Inter-{name}.woff2",
            features=["kern", "mark", "mkmk", "ccmp", "locl", "tnum"],
            layout_closure=True,
            unicodes=codes,
        )
        inter.save(TARGET / f"inter-latin-{weight}.woff2")
        rules.append(INTER_RULE.format(weight=weight, latin=LATIN.replace(",", ", ").lower().replace("u+", "U+")))
    (TARGET / "inter.css").write_text(HEADER + "\n".join(rules))
    path = fonts / "material-symbols" / "Material-Symbols-Outlined.woff2"
    known = ligatures(TTFont(path))
    names = sorted(words_used() & set(known))
    letters = {ord(letter) for letter in "abcdefghijklmnopqrstuvwxyz0123456789_"}
    icons = reduced(
        path,
        features=["liga", "rlig"],
        layout_closure=False,
        unicodes=letters,
        glyphs=[known[name] for name in names],
    )
    icons.save(TARGET / "icons.woff2")
    (TARGET / "icons.css").write_text(HEADER + ICONS_RULE)
    (TARGET / "icons.txt").write_text("\n".join(names) + "\n")
    for source in ("inter", "material-symbols"):
        (TARGET / f"LICENSE-{source}").write_text((fonts / source / "LICENSE").read_text())


main(Path(sys.argv[1]))
