"""Questions to code that may end its process: they are answered in a child, one line for each answer."""

import json
import os


def answers_of_children(cases, prepare, refusals=(Exception,)):
    """Return ["ok", answer], ["raise", text] or ["abort", None] for each case.

    ``prepare()`` is called in the child and returns the function that answers one case.  Where the child dies, the case
    counts as "abort", and a new child goes on with the next one.
    """
    answers = []
    while len(answers) < len(cases):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            try:
                _write_answers(writer, cases[len(answers) :], prepare, refusals)
            finally:
                os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as lines:
            answers += [json.loads(line) for line in lines]
        os.waitpid(child, 0)
        if len(answers) < len(cases):
            answers.append(["abort", None])
    return answers


def _write_answers(writer, cases, prepare, refusals):
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    answer = prepare()
    with os.fdopen(writer, "w") as out:
        for case in cases:
            try:
                line = json.dumps(["ok", answer(case)])
            except refusals as error:
                line = json.dumps(["raise", f"{type(error).__name__}: {error}"[:200]])
            out.write(line + "\n")
            out.flush()
