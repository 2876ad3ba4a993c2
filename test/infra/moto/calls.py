"""Calls AWS by boto3: a line of stdin is [client, method, arguments], a line of stdout its answer or error.

One process for all calls: most of the time of the AWS CLI is its start.
"""
import json
import sys

import boto3

for line in sys.stdin:
    client, method, arguments = json.loads(line)
    try:
        result = {'answer': getattr(boto3.client(client), method)(**arguments)}
    except Exception as error:
        result = {'error': f'{client} {method}: {error}'}
    print(json.dumps(result, default=str), flush=True)
