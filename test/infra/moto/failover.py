"""Runs the failover function of a stack with its own environment against a stand-in of AWS.

Reads the function's code from stdin; prints as JSON how the rule forwards at first and after each event.
"""
import json
import os
import sys

import boto3

lambdas = boto3.client('lambda').list_functions()['Functions']
(function,) = [f for f in lambdas if f['Runtime'].startswith('python')]
os.environ.update(function['Environment']['Variables'])
elb = boto3.client('elbv2')


def forward():
    (rule,) = elb.describe_rules(RuleArns=[os.environ['RULE']])['Rules']
    config = rule['Actions'][0]['ForwardConfig']
    weights = {}
    for group in config['TargetGroups']:
        described = elb.describe_target_groups(TargetGroupArns=[group['TargetGroupArn']])
        weights[described['TargetGroups'][0]['TargetType']] = group['Weight']
    return {'weights': weights, 'sticky': config['TargetGroupStickinessConfig'].get('DurationSeconds')}


scope = {}
exec(compile(sys.stdin.read(), 'index.py', 'exec'), scope)
seen = [['at first', forward()]]
for state in ['ALARM', 'INSUFFICIENT_DATA', 'OK']:
    scope['handler']({'alarmData': {'alarmName': 'x', 'state': {'value': state}}}, None)
    seen.append([state, forward()])
# What the function printed stands on the lines before.
print(json.dumps(seen))
