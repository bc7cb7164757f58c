"""Prints the properties that can't be changed once a resource is there, as JSON by type: create_only.py TYPES…

They are in CloudFormation's schemas, as cfn-lint brings them.
"""

import json
import sys

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

kinds = {}
for name in sys.argv[1:]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    paths = schema.get("createOnlyProperties", []) + schema.get("conditionalCreateOnlyProperties", [])
    kinds[name] = sorted({path.removeprefix("/properties/") for path in paths})
json.dump(kinds, sys.stdout)
