"""Compares the catalog's input shapes (JSON on standard input) with the models of botocore.

Prints every difference and exits 1 if there is one. Members that the catalog leaves out on
purpose, because it does nothing with them, are listed in LEFT_OUT.
"""
import gzip
import json
import os
import sys
from glob import glob

import botocore

LEFT_OUT = {
    ("sts", "AssumeRole"): {"Tags", "TransitiveTagKeys", "SerialNumber", "TokenCode", "ProvidedContexts"},
    ("cloudformation", "GetTemplateSummary"): {"TemplateSummaryConfig"},
}
# Patterns of these say no more than "any text that XML can carry".
ANY_TEXT = {"RoleArn", "Policy", "arn", "SourceIdentity", "StackSetName", "Names"}
MODELS = {"servicecatalog": "servicecatalog", "cloudformation": "cloudformation", "sts": "sts", "ssm": "ssm", "secretsmanager": "secretsmanager"}


def model(service):
    path = sorted(glob(f"{os.path.dirname(botocore.__file__)}/data/{service}/*/service-2.json*"))[-1]
    return json.load(gzip.open(path) if path.endswith(".gz") else open(path))


def compare(theirs, shapes, ours, at, left_out, out):
    kind = {"long": "integer"}.get(theirs["type"], theirs["type"])
    if kind != ours["type"]:
        out.append(f"{at}: {kind} in AWS's model, {ours['type']} here")
        return
    for rule in ("min", "max", "pattern", "enum"):
        if rule == "pattern" and at.split(".")[-1].rstrip("[]") in ANY_TEXT:
            continue
        if rule in ("min", "max") and theirs.get("enum") is not None:
            continue  # the enumeration says it all
        if rule == "enum" and theirs.get("enum") is not None:
            if sorted(theirs["enum"]) != sorted(ours.get("enum") or []):
                out.append(f"{at}: enum {theirs['enum']} in AWS's model, {ours.get('enum')} here")
        elif theirs.get(rule) != ours.get(rule):
            out.append(f"{at}: {rule} {theirs.get(rule)} in AWS's model, {ours.get(rule)} here")
    if kind == "structure":
        required = sorted(set(theirs.get("required", [])) - left_out)
        if required != ours["required"]:
            out.append(f"{at}: required {required} in AWS's model, {ours['required']} here")
        for name in sorted(set(theirs["members"]) | set(ours["members"])):
            if name in left_out:
                continue
            if name not in ours["members"] or name not in theirs["members"]:
                out.append(f"{at}.{name}: only in {'AWS' if name in theirs['members'] else 'the catalog'}")
                continue
            compare(shapes[theirs["members"][name]["shape"]], shapes, ours["members"][name], f"{at}.{name}", set(), out)
    if kind == "list":
        compare(shapes[theirs["member"]["shape"]], shapes, ours["member"], f"{at}[]", set(), out)
    if kind == "map":
        for part in ("key", "value"):
            compare(shapes[theirs[part]["shape"]], shapes, ours[part], f"{at}.{part}", set(), out)


def main():
    differences, count = [], 0
    for service, operations in json.load(sys.stdin).items():
        theirs = model(MODELS[service])
        for name, ours in operations.items():
            count += 1
            shape = theirs["operations"][name].get("input")
            top = theirs["shapes"][shape["shape"]] if shape else {"type": "structure", "members": {}}
            compare(top, theirs["shapes"], ours, f"{service}.{name}", LEFT_OUT.get((service, name), set()), differences)
    print("\n".join(differences) or f"{count} operations have the limits of AWS's own models (botocore {botocore.__version__})")
    sys.exit(1 if differences else 0)


main()
