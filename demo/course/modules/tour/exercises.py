"""Feedback on exercises."""


def check(function, examples):
    """Tell whether a function gives what it should.

    The examples are pairs: a tuple of arguments, and the result that is
    expected for them. The first that goes wrong is explained.
    """
    for arguments, expected in examples:
        written = f"{function.__name__}({', '.join(map(repr, arguments))})"
        written = " ".join(written.split())
        try:
            got = function(*arguments)
        except Exception as error:
            print(f"❌ {written} stops with an error: {type(error).__name__}: {error}")
            return
        if got is Ellipsis or got is None:
            print(f"✏️ {written} returns nothing yet. Your turn!")
            return
        if got != expected:
            print(f"❌ {written} gives {got!r}, and should give {expected!r}.")
            return
    print(f"✅ Well done: {function.__name__} gives what it should.")
