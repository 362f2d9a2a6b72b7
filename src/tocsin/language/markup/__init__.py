"""What people write: one parse of Markdown to a tree of plain data, from which HTML, plain text and the PDF are drawn.

A node is a dict that JSON can hold; `t` names its kind. Nothing in it is markup any more.

| block   | has                                                                                                     |
| ------- | ------------------------------------------------------------------------------------------------------- |
| `p`     | `c`: inlines                                                                                            |
| `h`     | `n`: the level as it was typed, 1 to 6; `c`: inlines                                                    |
| `ul`    | `items`: a list of blocks for each                                                                      |
| `ol`    | `start`: the first number; `items`                                                                      |
| `quote` | `c`: blocks                                                                                             |
| `code`  | `s`; `lang` where one was named                                                                         |
| `table` | `head`: inlines for each column; `rows`: of as many cells; `align`: `left` or `right` for each column   |
| `rule`  | nothing                                                                                                 |

| inline       | has                                                                                                |
| ------------ | -------------------------------------------------------------------------------------------------- |
| `text`       | `s`                                                                                                |
| `em` `strong`| `c`: inlines, none of the same kind at any depth                                                   |
| `code`       | `s`                                                                                                |
| `link`       | `to`: an address that begins with `http://`, `https://` or `mailto:`; `c`: inlines without a link  |
| `picture`    | `s`: its description; `to`: its address, whatever that is                                          |
| `br`         | nothing                                                                                            |

Raw HTML is text. Lists and quotes are at most six deep; what was nested deeper is text of the sixth. No word is lost.
"""

from tocsin.language.markup.html import as_html, levels
from tocsin.language.markup.parse import Node, printable, tree
from tocsin.language.markup.plain import as_plain, words

__all__ = ["Node", "as_html", "as_plain", "levels", "printable", "tree", "words"]
