"""Prints what SAM's transform makes of a template, as JSON, one for each set of parameters:
transform.py TEMPLATE PARAMETERS…

What CloudFormation does with a template first, done without an account: SAM would ask IAM for the names of AWS's
managed policies, and here is told of none.
"""

import json
import os
import sys

# SAM asks the environment for it, and boto3 would go on to ask a configuration file.
os.environ["AWS_DEFAULT_REGION"] = "us-east-1"

from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402


class NoManagedPolicies:
    def load(self):
        return {}


def transformed(path, parameters):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    # `sam package` puts the code there; SAM takes no local path.
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/code.zip"
    pseudo = {"AWS::Region": "us-east-1", "AWS::Partition": "aws"}
    return transform(template, {**pseudo, **parameters}, NoManagedPolicies())


path, *sets = sys.argv[1:]
json.dump([transformed(path, json.loads(parameters)) for parameters in sets], sys.stdout)
