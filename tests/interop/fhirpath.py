"""Evaluates expressions with fhirpathpy: lines of {response, expressions}, answered by lines of {score: number or null}."""

import json
import sys

import fhirpathpy
from fhirpathpy.models import models

compiled = {}


def number(expression, response):
    if expression not in compiled:
        compiled[expression] = fhirpathpy.compile(expression, models["r4"])
    result = compiled[expression](response, {"resource": response})
    return float(result[0]) if result else None


for line in sys.stdin:
    asked = json.loads(line)
    made = {name: number(text, asked["response"]) for name, text in asked["expressions"].items()}
    print(json.dumps(made))
