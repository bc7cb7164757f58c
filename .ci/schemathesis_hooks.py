"""What Schemathesis is told that a schema can't say: see .ci/schemathesis.toml."""

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """To a schema 5.0 is an integer; this API takes whole numbers only as they are usually written."""
    case.body = whole_numbers(case.body)


@schemathesis.hook
def filter_case(context, case):
    """To a schema a key with a comma is no key; this API takes a key that is there twice, as of two header lines, for one."""
    keys = str((case.headers or {}).get("Idempotency-Key", "")).split(",")
    return len(keys) == 1 or len(set(keys)) > 1


def whole_numbers(value):
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, list):
        return [whole_numbers(element) for element in value]
    if isinstance(value, dict):
        return {key: whole_numbers(element) for key, element in value.items()}
    return value
