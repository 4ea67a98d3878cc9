"""What a platform may send beside what it promises: each part of an item missing, or something else."""

import copy

ODD = (None, "", "x", 5, -1, 10**400, 1e300, True, [], {}, [None], {"a": {}}, "🦵" * 5000)


def spoiled(item):
    """The item with each part of it missing, or something else."""
    children = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
    for key, value in children:
        for odd in (*ODD, "gone"):
            other = copy.deepcopy(item)
            if odd == "gone":
                del other[key]
            else:
                other[key] = odd
            yield other
        for inner in spoiled(value):
            other = copy.deepcopy(item)
            other[key] = inner
            yield other
