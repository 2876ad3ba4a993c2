# shellcheck shell=bash
# The group waits until the work here has ended, for as long as its hook says.
# @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html
on_termination() {
  local instance group
  until [[ $(imds meta-data/autoscaling/target-lifecycle-state 2>/dev/null) == Terminated ]]; do sleep 5; done
  say 'the group ends this instance'
  supervisorctl stop "$NAME:*" >&2
  instance=$(imds meta-data/instance-id)
  group=$(autoscaling 'Action=DescribeAutoScalingInstances' "InstanceIds.member.1=$instance" |
    sed -n 's:.*<AutoScalingGroupName>\(.*\)</AutoScalingGroupName>.*:\1:p')
  autoscaling 'Action=CompleteLifecycleAction' "AutoScalingGroupName=$group" 'LifecycleHookName={{ .DrainHook }}' \
    "InstanceId=$instance" 'LifecycleActionResult=CONTINUE' >/dev/null
  sleep infinity
}
