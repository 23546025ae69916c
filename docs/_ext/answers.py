"""The directive ``answer``: what the reader opens after a guess, as ``<details>``; its examples run like all others."""

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxTranslator


class answer(nodes.General, nodes.Element):  # noqa: N801 - nodes are named like tags
    """What is hidden until it is opened."""


class Answer(Directive):
    """```{answer} The words of the summary```, and any Markdown in it."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        found = answer(summary=self.arguments[0] if self.arguments else "Answer")
        self.state.nested_parse(self.content, self.content_offset, found)
        return [found]


def _open(self: SphinxTranslator, node: answer) -> None:
    self.body.append(f'<details class="answer"><summary>{self.encode(node["summary"])}</summary>\n')


def _close(self: SphinxTranslator, node: answer) -> None:
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_node(answer, html=(_open, _close))
    app.add_directive("answer", Answer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
