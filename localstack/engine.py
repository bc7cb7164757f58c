"""ministack, which asks for one action too many.

A batch of messages takes the right to send one ("Actions, resources, and condition keys for Amazon SQS"); ministack asks
for sqs:SendMessageBatch, which AWS does not know, so no role can name it.

With --stop-on-stdin-close it ends when its standard input does, and with it what it started.
"""

import os
import signal
import sys
import threading

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


def stop_on_stdin_close():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGINT)


if "--stop-on-stdin-close" in sys.argv:
    sys.argv.remove("--stop-on-stdin-close")
    threading.Thread(target=stop_on_stdin_close, daemon=True).start()
main()
