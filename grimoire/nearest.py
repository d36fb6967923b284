"""The keys and values a type allows at a place in a file, and the nearest to what stands there."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

Step = str | int


def nearest_key(kind: object, path: tuple[Step, ...], key: str) -> str:
    """What to say of a key that a value at a path does not have."""
    structs = [
        info for info in _at(msgspec.inspect.type_info(kind), path) if isinstance(info, msgspec.inspect.StructType)
    ]
    known = [field.encode_name for struct in structs for field in struct.fields]
    return _nearest(key, known) or (f"known keys: {', '.join(known)}" if known else "")


def nearest_value(kind: object, path: tuple[Step, ...], given: str) -> str:
    """What to say of a text that is none of those allowed at a path."""
    literals = [
        info for info in _at(msgspec.inspect.type_info(kind), path) if isinstance(info, msgspec.inspect.LiteralType)
    ]
    known = [str(value) for literal in literals for value in literal.values]
    return _nearest(given, known) or (f"one of: {', '.join(known)}" if known else "")


def _nearest(given: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(given, known, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else ""


def _at(info: msgspec.inspect.Type, path: tuple[Step, ...]) -> Iterator[msgspec.inspect.Type]:
    """The types a value may have at a path."""
    match info:
        case msgspec.inspect.UnionType(types=types):
            for one in types:
                yield from _at(one, path)
        case _ if not path:
            yield info
        case msgspec.inspect.ListType(item_type=item) | msgspec.inspect.VarTupleType(item_type=item):
            yield from _at(item, path[1:])
        case msgspec.inspect.DictType(value_type=value):
            yield from _at(value, path[1:])
        case msgspec.inspect.StructType(fields=fields):
            for field in fields:
                if field.encode_name == path[0]:
                    yield from _at(field.type, path[1:])
