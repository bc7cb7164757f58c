"""ministack, which asks for one action too many.

A batch of messages takes the right to send one ("Actions, resources, and condition keys for Amazon SQS"); ministack asks
for sqs:SendMessageBatch, which AWS does not know, so no role can name it.
"""

from ministack.app import main
from ministack.core import iam_actions

ACTION_OF_BATCH = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}
named = iam_actions._action_from_target


def action(headers):
    name = named(headers)
    return ACTION_OF_BATCH.get(name, name)


iam_actions._action_from_target = action
main()
