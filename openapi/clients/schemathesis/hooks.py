"""What schemathesis is told beside its configuration: which refusals are none of a mistake, and which things there are."""

import os
import re
import tomllib
from pathlib import Path

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import positive_data_acceptance

EXCLUSIONS = tomllib.loads((Path(__file__).parent / "exclusions.toml").read_text(encoding="utf-8"))["exclusion"]

# What the walk made: a request about a thing that is not there tests little.
KNOWN = {
    "job": os.environ["HANSE_JOB"],
    "bid": os.environ["HANSE_BID"],
    "offer": os.environ["HANSE_CONTRACT"],
}
ID = re.compile(r"(job|bid|offer)_[A-Za-z0-9_-]{43}")
PERSON = re.compile(r"did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}")


def excluded(operation, problem):
    """The reason why a refusal is none of a mistake, if there is one."""
    kind = problem.get("type", "").rsplit("/", 1)[-1]
    for exclusion in EXCLUSIONS:
        if (
            exclusion.get("operation", operation) == operation
            and exclusion.get("type", kind) == kind
            and re.search(exclusion.get("detail", ""), problem.get("detail", ""))
        ):
            return exclusion["reason"]
    return None


@schemathesis.check
def valid_data_is_taken(ctx, response, case):
    """`positive_data_acceptance`, but for what a schema cannot say."""
    try:
        return positive_data_acceptance(ctx, response, case)
    except Failure:
        problem = response.json() if "json" in response.headers.get("content-type", [""])[0] else {}
        if excluded(case.operation.definition.raw.get("operationId"), problem):
            return None
        raise


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Well-formed ids become those of things that are there."""
    for name, value in (path_parameters or {}).items():
        if not isinstance(value, str):
            continue
        if found := ID.fullmatch(value):
            path_parameters[name] = KNOWN[found.group(1)]
        elif PERSON.fullmatch(value):
            path_parameters[name] = os.environ["HANSE_FREELANCER"]
    return path_parameters
