"""Stands in for the AWS CLI: answers `aws SERVICE OPERATION …` from an account in a JSON file, as `--output text` does.
aws.py ACCOUNT ARGUMENTS…

It knows nothing but what reads, keeps a list of what was asked beside the account, and gives long lists in pages, as AWS
does: with `--output text`, the CLI applies a `--query` to each page of its own.
"""

import json
import sys

import jmespath

account_file, service, operation, *rest = sys.argv[1:]
with open(account_file, encoding="utf-8") as file:
    account = json.load(file)
with open(account_file + ".asked", "a", encoding="utf-8") as file:
    file.write(f"{service} {operation}\n")


def option(name, default=None):
    """What follows --NAME, up to the next option."""
    if name not in rest:
        return default
    values = []
    for value in rest[rest.index(name) + 1 :]:
        if value.startswith("--"):
            break
        values.append(value)
    return values


def refuse(code, message):
    print(f"\nAn error occurred ({code}) when calling the operation: {message}", file=sys.stderr)
    sys.exit(254)


def pages(key, entries, size):
    return [{key: entries[start : start + size]} for start in range(0, len(entries) or 1, size)]


def named(kind, name, what):
    if name not in account[kind]:
        refuse("ResourceNotFoundException", f"{what}: {name}")
    return account[kind][name]


def describe_stacks():
    name = option("--stack-name")[0]
    if account["stack"] is None:
        refuse("ValidationError", f"Stack with id {name} does not exist")
    return [{"Stacks": [{"StackName": name, **account["stack"]}]}]


def describe_alarms():
    firing = [{"AlarmName": name, "StateValue": "ALARM"} for name in account["firing"]]
    assert option("--state-value") == ["ALARM"], rest
    return [{"CompositeAlarms": [], **page} for page in pages("MetricAlarms", firing, 50)]


def batch_get_deployment_groups():
    names = option("--deployment-group-names")
    if len(names) > 100:
        refuse("BatchLimitExceededException", "The maximum number of names allowed (100) was exceeded")
    infos = []
    for name in names:
        alarms = [{"name": alarm} for alarm in named("groups", name, "No deployment group")]
        infos.append({"deploymentGroupName": name, "alarmConfiguration": {"enabled": True, "alarms": alarms}})
    return [{"deploymentGroupsInfo": infos}]


def get_alias():
    name = f"{option('--function-name')[0]}:{option('--name')[0]}"
    return [{"Name": option("--name")[0], **named("aliases", name, "Cannot find alias")}]


def get_function_concurrency():
    name = option("--function-name")[0]
    named("versions", name, "Function not found")
    # Without a member where nothing is reserved, as AWS has it.
    return [{"ReservedConcurrentExecutions": account["reserved"][name]} if name in account["reserved"] else {}]


def list_versions():
    versions = named("versions", option("--function-name")[0], "Function not found")
    return pages("Versions", [{"Version": version} for version in ["$LATEST", *versions]], 50)


operations = {
    "cloudformation describe-stacks": describe_stacks,
    "cloudformation list-stack-resources": lambda: pages("StackResourceSummaries", account["resources"], 100),
    "cloudwatch describe-alarms": describe_alarms,
    "deploy batch-get-deployment-groups": batch_get_deployment_groups,
    "lambda get-account-settings": lambda: [{"AccountLimit": account["limits"]}],
    "lambda get-alias": get_alias,
    "lambda get-function-concurrency": get_function_concurrency,
    "lambda list-versions-by-function": list_versions,
}


def column(value):
    if isinstance(value, (dict, list)):
        sys.exit(f"not a column of text: {value}")
    return str(value)


assert option("--output") == ["text"], rest
if f"{service} {operation}" in account["denied"]:
    refuse("AccessDenied", f"not authorized to perform {service}:{operation}")
for page in operations[f"{service} {operation}"]():
    found = jmespath.search(option("--query")[0], page)
    if isinstance(found, list) and not any(isinstance(row, list) for row in found):
        found = [found] if found else []
    for row in found if isinstance(found, list) else [[found]]:
        print("\t".join(column(value) for value in row))
