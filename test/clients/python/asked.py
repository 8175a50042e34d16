"""What a program of this folder was asked, and how it answers: JSON from the environment, JSON on the standard output."""

import json
import os
import sys


def run(*actions):
    """Runs the action that the command line names, and prints what it returns."""
    action = {function.__name__: function for function in actions}[sys.argv[1]]
    print(json.dumps(action(**json.loads(os.environ['ASKED']))))


def refusal(call):
    """What the user of IBM's clients learns from a refused call."""
    from ibm_cloud_sdk_core import ApiException

    try:
        call()
    except ApiException as problem:
        return {'status': problem.status_code, 'message': problem.message}
    return None
